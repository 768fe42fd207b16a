import gzip
import json
import logging
import re

import pytest
import structlog
from starlette.responses import PlainTextResponse

from alongside.observability import metrics
from alongside.observability.logging import traced
from alongside.observability.tracing import continued, current_trace_id, current_traceparent
from alongside.web.app import add_fast_path
from alongside.web.statics import Statics

pytestmark = pytest.mark.unit


def lines(log) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    "path",
    ["/open", "/hours", "/nowhere", "/fail/unexpected", "/static/alongside.css", "/healthz",
     "/api/logbook/v1/me", "/feeds/x.ics"],
)  # fmt: skip
async def test_every_response_is_armoured(client, path) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert "strict-transport-security" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("house", [{"base_url": "https://hours.example.org"}], indirect=True)
async def test_https_stays_https(client) -> None:
    answer = await client.get("/open")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_a_response_may_have_a_stricter_header(client, house) -> None:
    feed = PlainTextResponse("x", headers={"Referrer-Policy": "no-referrer"})
    add_fast_path(house.app, "feeds", "/feeds/{token}", feed)
    answer = await client.get("/feeds/t0ken.ics")
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]


async def test_logs_hold_no_query_no_token_no_person(client, house, log) -> None:
    await client.get("/hours?secret=words", headers=house.cookie())
    await client.get("/feeds/t0kent0ken.ics?also=secret")
    await client.get("/sign-in/r1.t0kent0ken")
    await client.post("/answer/t0kent0ken", data={"why": "secret"})
    await client.get("/set-up/t0kent0ken")
    text = log.getvalue()
    assert "secret" not in text
    assert "t0ken" not in text
    assert "Ann" not in text
    paths = [line["path"] for line in lines(log) if line["event"] == "request"]
    assert paths == ["/hours", "/feeds/…", "/sign-in/…", "/answer/…", "/set-up/…"]


async def test_the_log_says_where_it_failed_but_not_what_was_said(client, log) -> None:
    answer = await client.get("/fail/unexpected")
    failed = next(line for line in lines(log) if line["event"] == "request_failed")
    assert failed["exception"].endswith("RuntimeError")
    assert "conftest.py" in failed["exception"]
    assert failed["request_id"] == answer.headers["x-request-id"]
    assert "secret words" not in log.getvalue()
    assert "Traceback" not in answer.text


async def test_quiet_routes_are_not_logged_unless_they_fail(client, log) -> None:
    await client.get("/healthz")
    await client.get("/static/alongside.css")
    assert [line for line in lines(log) if line["event"] == "request"] == []
    await client.get("/static/nothing.css")
    assert [line["status"] for line in lines(log) if line["event"] == "request"] == [404]


@pytest.mark.parametrize(
    ("given", "kept"), [("req-12345678", True), ("short", False), ("x y z 12345", False)]
)
async def test_request_ids_of_a_proxy_are_kept_if_they_are_decent(client, given, kept) -> None:
    answer = await client.get("/open", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_a_trace_goes_through(client, house) -> None:
    seen = []

    @house.app.get("/traced")
    async def see() -> None:
        seen.append((current_traceparent(), current_trace_id()))

    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.get("/traced", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
    answer = await client.get("/traced")
    await client.get("/traced", headers={"traceparent": "rubbish"})
    assert seen[0][1] == trace_id
    assert seen[0][0].split("-")[2] != "00f067aa0ba902b7"
    assert seen[1][1] == answer.headers["x-request-id"]
    assert len({trace for _, trace in seen}) == 3
    assert current_traceparent() is None


def test_a_stored_trace_is_continued() -> None:
    with continued("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"):
        assert current_trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
        with continued(None):
            assert current_trace_id() != "4bf92f3577b34da6a3ce929d0e0e4736"
        assert current_trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert current_trace_id() is None


async def test_figures_by_route_and_never_by_path(client, house) -> None:
    await client.get("/fail/gone")
    await client.get("/fail/conflict")
    await client.get("/feeds/t0ken.ics")
    await client.get("/nowhere/at/all")
    await client.request("BREW", "/open")
    text = (await client.get("/metrics")).text
    assert 'route="/fail/{how}"' in text
    assert 'route="none"' in text
    assert 'method="OTHER"' in text
    assert "t0ken" not in text
    assert "/nowhere" not in text


async def test_health_needs_nothing_and_readiness_the_database(client, house) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready", "checks": {"database": "ok"}}

    async def degraded() -> dict[str, str]:
        return {"database": "ok", "bus": "degraded"}

    async def away() -> dict[str, str]:
        raise ConnectionRefusedError

    house.app.state.ready = degraded
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    house.app.state.ready = away
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/healthz/more")).status_code == 404


async def test_static_files(client, house) -> None:
    statics: Statics = house.app.state.web.statics
    url = statics.url("alongside.css")
    assert re.fullmatch(r"/static/alongside\.css\?v=[0-9a-f]{12}", url)
    first = await client.get(url, headers={"accept-encoding": "gzip"})
    assert first.status_code == 200
    assert first.headers["content-encoding"] == "gzip"
    assert "immutable" in first.headers["cache-control"]
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    plain = await client.get("/static/alongside.css", headers={"accept-encoding": "identity"})
    assert "immutable" not in plain.headers["cache-control"]
    assert plain.content == first.content
    assert gzip.compress(b"") != plain.content
    again = await client.get(url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stale = await client.get("/static/alongside.css?v=000000000000")
    assert "immutable" not in stale.headers["cache-control"]
    head = await client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert (await client.post(url)).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/", "/static"],
)
async def test_nothing_else_is_static(client, path) -> None:
    assert (await client.get(path)).status_code == 404


async def test_openapi_describes_the_json_routes_and_their_errors(client) -> None:
    schema = (await client.get("/api/logbook/v1/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert all(path.startswith("/api/logbook/v1/") for path in schema["paths"])
    operation = schema["paths"]["/api/logbook/v1/things"]["post"]
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert "422" not in operation["responses"]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]
    assert {"token", "cookie"} == set(schema["components"]["securitySchemes"])
    assert "HTTPValidationError" not in json.dumps(schema)
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(path)).status_code == 404


def test_log_lines_of_libraries_come_in_the_same_form(log) -> None:
    logging.getLogger("some.library").warning("it said %s", "this")
    logging.getLogger("uvicorn.error").info("chatter")
    structlog.get_logger("ours").info("ours", count=3)
    structlog.get_logger("ours").debug("too fine")
    first, second = lines(log)
    assert (first["event"], first["level"]) == ("it said this", "warning")
    assert (second["event"], second["count"]) == ("ours", 3)


def test_an_exception_is_told_without_its_words() -> None:
    try:
        try:
            raise ValueError("typed by somebody")  # noqa: TRY301
        except ValueError as error:
            raise KeyError("also typed") from error
    except KeyError as error:
        text = traced(error)
    assert "typed" not in text
    assert text.index("KeyError") < text.index("ValueError")


def test_every_metric_has_our_name() -> None:
    assert all(metric.name.startswith("alongside_") for metric in metrics.REGISTRY.collect())


async def test_robots_may_fetch_feeds_and_nothing_else(client) -> None:
    answer = await client.get("/robots.txt")
    assert answer.status_code == 200
    assert answer.text.splitlines() == ["User-agent: *", "Allow: /feeds/", "Disallow: /"]
