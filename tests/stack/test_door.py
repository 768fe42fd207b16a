"""The front door: what passes, what stays, and what it says when a service is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from alongside.serving import listen, serving
from alongside.settings import SERVICES, Settings
from alongside.stack.door import Door
from alongside.stack.refusals import STATICS
from alongside.web.statics import Statics

pytestmark = pytest.mark.unit


async def _echo(request: Request) -> Response:
    response = JSONResponse(
        {
            "service": request.app.state.service,
            "number": request.app.state.number,
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.scope["query_string"].decode(),
            "headers": [
                (name.decode(), value.decode()) for name, value in request.scope["headers"]
            ],
            "client": request.client.host,
            "scheme": request.url.scheme,
            "body": (await request.body()).decode(),
        },
        headers={"connection": "x-secret", "x-secret": "1", "x-kept": "2"},
    )
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


async def _broken_off(_request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 10
        await asyncio.sleep(0)

    return StreamingResponse(chunks(), headers={"content-length": "10"})


async def _slowly(_request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\n".encode()
            await asyncio.sleep(0.01)

    return StreamingResponse(chunks(), media_type="text/plain")


async def _ready(_request: Request) -> Response:
    return JSONResponse({"status": "ready"})


async def _metrics(request: Request) -> Response:
    name = request.app.state.service
    return PlainTextResponse(f"# HELP things Things.\n# TYPE things gauge\nthings {len(name)}.0\n")


def _service(name: str, number: int = 0) -> Starlette:
    methods = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    app = Starlette(
        routes=[
            Route("/readyz", _ready),
            Route("/metrics", _metrics),
            Route("/hours/slow", _slowly),
            Route("/{path:path}", _echo, methods=methods),
        ]
    )
    app.state.service = name
    app.state.number = number
    return app


@contextlib.asynccontextmanager
async def _door(
    *, away: tuple[str, ...] = (), replicas: int = 1, replica_away: int | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    async with contextlib.AsyncExitStack() as running:

        async def run(app) -> int:
            settings, listener = listen(Settings(port=0))
            await running.enter_async_context(serving(app, listener))
            return settings.port

        origins = {}
        for name in SERVICES:
            ports = [await run(_service(name, number)) for number in range(replicas)]
            origins[name] = [
                f"http://127.0.0.1:{1 if name in away or number == replica_away else port}"
                for number, port in enumerate(ports)
            ]
        door = Door(origins, Statics(STATICS))
        await running.enter_async_context(door.open())
        port = await run(door)
        yield await running.enter_async_context(
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        )


OWNERS = {
    "/": "scheduler",
    "/sessions/1": "scheduler",
    "/api/scheduler/v1/groups": "scheduler",
    "/hours": "logbook",
    "/hours/2026": "logbook",
    "/hoursglass": "scheduler",
    "/api/logbook/v1/hours": "logbook",
    "/feeds/abc.ics": "notifier",
    "/answer/abc": "notifier",
    "/nowhere": "scheduler",
}


async def test_a_request_goes_to_the_service_of_its_longest_prefix():
    async with _door() as client:
        found = {path: (await client.get(path)).json()["service"] for path in OWNERS}
    assert found == OWNERS


async def test_bytes_pass_as_they_are():
    async with _door() as client:
        answer = await client.post(
            "/groups/a%2Fb%20c?x=1&y=%C3%A4", content="grüße", headers={"x-mine": "yes"}
        )
    said = answer.json()
    assert said["path"] == "/groups/a%2Fb%20c"
    assert said["query"] == "x=1&y=%C3%A4"
    assert said["body"] == "grüße"
    assert ("x-mine", "yes") in [tuple(each) for each in said["headers"]]
    assert answer.headers.get_list("set-cookie") == [
        "one=1; Path=/; SameSite=lax",
        "two=2; Path=/; SameSite=lax",
    ]
    assert len(answer.headers.get_list("date")) == 1


async def test_a_body_of_unknown_length_passes():
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with _door() as client:
        answer = await client.post("/groups", content=chunks())
    assert answer.json()["body"] == "one two"


async def test_what_belongs_to_one_connection_stays_on_it():
    async with _door() as client:
        answer = await client.get(
            "/groups", headers={"connection": "x-private", "x-private": "1", "te": "trailers"}
        )
    names = {name for name, _ in answer.json()["headers"]}
    assert not names & {"x-private", "te"}
    assert "x-secret" not in answer.headers
    assert answer.headers["x-kept"] == "2"


async def test_the_door_says_who_asked_and_nobody_else_does():
    async with _door() as client:
        forged = {"x-forwarded-host": "evil.example", "forwarded": "for=9.9.9.9"}
        said = (await client.get("/groups", headers=forged)).json()
    headers = dict(said["headers"])
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-host"] == headers["host"] == str(client.base_url.netloc.decode())
    assert "forwarded" not in headers


async def test_a_stream_passes_as_it_comes():
    async with _door() as client, client.stream("GET", "/hours/slow") as answer:
        assert [chunk async for chunk in answer.aiter_raw()] == [b"0\n", b"1\n", b"2\n"]


async def test_head_has_no_body():
    async with _door() as client:
        answer = await client.head("/hours")
    assert answer.status_code == 200
    assert answer.content == b""


async def test_a_service_that_is_away_is_a_page_and_the_others_go_on():
    async with _door(away=("logbook",)) as client:
        page = await client.get("/hours", headers={"accept": "text/html"})
        assert (await client.get("/groups")).status_code == 200
    assert page.status_code == 503
    assert page.headers["retry-after"] == "5"
    assert "Hours and attendance cannot be reached" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_program_gets_a_problem_document_and_no_log_tells_a_link_that_opens_something():
    with structlog.testing.capture_logs() as logged:
        async with _door(away=("logbook", "notifier")) as client:
            answer = await client.get("/api/logbook/v1/hours")
            await client.get("/feeds/secret.ics")
    assert [each["path"] for each in logged if each["event"] == "service_away"] == [
        "/api/logbook/v1/hours", "/feeds/…",
    ]  # fmt: skip
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "service_away"
    assert answer.json()["service"] == "logbook"


async def test_readiness_is_that_of_all():
    async with _door() as client:
        all_there = await client.get("/readyz")
    async with _door(away=("notifier",)) as client:
        one_away = await client.get("/readyz")
        alive = await client.get("/healthz")
    assert (all_there.status_code, all_there.json()["status"]) == (200, "ready")
    assert one_away.status_code == 503
    assert one_away.json()["services"] == {
        "scheduler": "ready",
        "logbook": "ready",
        "notifier": "away",
    }
    assert alive.status_code == 200


async def test_metrics_are_those_of_all_by_service():
    async with _door(away=("notifier",)) as client:
        text = (await client.get("/metrics")).text
    assert 'things{replica="1",service="scheduler"} 9.0' in text
    assert 'things{replica="1",service="logbook"} 7.0' in text
    assert text.count("# TYPE things gauge") == 1


async def test_static_files_come_from_the_door_itself():
    async with _door(away=SERVICES) as client:
        answer = await client.get("/static/alongside.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")


async def test_several_processes_of_a_service_take_turns():
    async with _door(replicas=2) as client:
        answered = [(await client.get("/hours")).json()["number"] for _ in range(6)]
        text = (await client.get("/metrics")).text
    assert answered == [0, 1, 0, 1, 0, 1]
    assert 'things{replica="2",service="notifier"} 8.0' in text


@pytest.mark.parametrize("away", [0, 1])
async def test_one_process_away_is_not_noticed(away):
    async with _door(replicas=2, replica_away=away) as client:
        answers = [await client.get("/hours") for _ in range(4)]
        written = [await client.post("/attendance", content=b"a whole body") for _ in range(4)]
        ready = await client.get("/readyz")
    assert {answer.json()["number"] for answer in answers} == {1 - away}
    assert [answer.json()["body"] for answer in written] == ["a whole body"] * 4
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
