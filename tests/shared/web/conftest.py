"""A small service with one of everything, on a database of its own."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from alongside.contracts import Role
from alongside.db.database import Database
from alongside.db.plumbing import Plumbing, service_metadata
from alongside.db.uow import UnitOfWork, uow_factory
from alongside.errors import Conflict, Gone, Invalid
from alongside.ids import SeededIds
from alongside.observability.logging import configure_logging
from alongside.secrets import Secrets
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.app import Application, create_web
from alongside.web.auth import AsCoordinator, AsSupervisor, CurrentViewer, MaybeViewer
from alongside.web.forms import form_data
from alongside.web.guards import RateLimit
from alongside.web.pages import PagesDep, redirect
from alongside.web.tokens import cookie_name, sign_session
from alongside.web.writes import Write


class Thing(BaseModel):
    name: str = Field(min_length=1)
    minutes: int = Field(gt=0)


@dataclass
class House:
    settings: Settings
    secrets: Secrets
    clock: FixedClock
    database: Database
    app: Application
    made: list[str]

    def token(
        self,
        *,
        roles: tuple[Role, ...] = ("supervisee",),
        scopes: tuple[str, ...] | None = None,
        session_id: str = "s1",
        lifetime: timedelta = timedelta(days=30),
        secrets: Secrets | None = None,
        person_id: str = "p1",
    ) -> str:
        return sign_session(
            secrets or self.secrets,
            person_id=person_id,
            name="Ann Example",
            roles=roles,
            zone="America/Chicago",
            session_id=session_id,
            now=self.clock.now(),
            lifetime=lifetime,
            scopes=scopes,
        )

    def cookie(self, **facts: object) -> dict[str, str]:
        return {
            "cookie": f"{cookie_name(self.settings.origin)}={self.token(**facts)}"  # type: ignore[arg-type]
        }

    def bearer(self, *scopes: str, **facts: object) -> dict[str, str]:
        token = self.token(scopes=scopes or ("read", "write"), **facts)  # type: ignore[arg-type]
        return {"authorization": f"Bearer {token}"}

    @asynccontextmanager
    async def uow(self) -> AsyncIterator[UnitOfWork]:
        async with self.app.state.uow() as uow:
            yield uow

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=self.settings.origin
        )


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The log of this test, as JSON lines."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging("info", "json", stream=stream)
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.reset_defaults()


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "hello.html").write_text(
        "<html>{% if flash %}<i>{{ flash[1] }}: {{ flash[0] }}</i>{% endif %}"
        "{% for item in nav %}<a href='{{ item.href }}'>{{ item.label }}</a>{% endfor %}"
        "{% block main %}<p>Hello {{ viewer.name if viewer else 'you' }} {{ said }}</p>"
        "{{ at|local if at is defined }}{% endblock %}</html>"
    )
    (folder / "broken.html").write_text("{{ nobody_passed_this }}")
    return folder


@asynccontextmanager
async def opened(tmp_path: Path, templates: Path, **named: str) -> AsyncIterator[House]:
    settings = Settings(data=tmp_path, **named)
    clock = FixedClock()
    metadata = service_metadata()
    database = Database(settings.database_url("logbook"), Plumbing(metadata))
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    secrets = Secrets.of(settings)
    app = create_web(
        settings,
        "logbook",
        templates=templates,
        clock=clock,
        secrets=secrets,
        database=database,
        rate_limit=RateLimit(doors="3/minute", writes="100/minute"),
        body_limits={"/api/logbook/v1/big": 2 * 1024 * 1024},
    )
    app.state.uow = uow_factory(UnitOfWork, database, clock, SeededIds(1))
    made: list[str] = []
    app.include_router(_routes(made))
    yield House(settings, secrets, clock, database, app, made)
    await database.close()


@pytest.fixture
async def house(
    tmp_path: Path, templates: Path, request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    async with opened(tmp_path, templates, **getattr(request, "param", {})) as house:
        yield house


@pytest.fixture
async def stored_house(tmp_path: Path, templates: Path, database_url: str) -> AsyncIterator[House]:
    """The same on SQLite and on PostgreSQL."""
    async with opened(tmp_path, templates, logbook_database_url=database_url) as house:
        yield house


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with house.client() as client:
        yield client


def _routes(made: list[str]) -> APIRouter:  # one of everything
    router = APIRouter()
    api = "/api/logbook/v1"

    @router.get("/hours")
    async def page(viewer: CurrentViewer, pages: PagesDep, at: str | None = None):
        return pages.render("hello.html", said=at or viewer.zone, counts={"/hours": 2})

    @router.get("/open")
    async def open_page(viewer: MaybeViewer, pages: PagesDep):
        return pages.render("hello.html", said="<b>there</b>")

    @router.get("/attendance")
    async def attendance(viewer: AsSupervisor, pages: PagesDep):
        return pages.render("hello.html", said="")

    @router.get("/cohort")
    async def cohort(viewer: AsCoordinator, pages: PagesDep):
        return pages.render("hello.html", said="")

    @router.post("/hours")
    async def send(request: Request, viewer: CurrentViewer):
        form = await form_data(request)
        made.append(form.text("name"))
        return redirect("/open", notice="Saved.")

    @router.post("/sign-in")
    async def sign_in():
        return {}

    @router.post("/forms")
    async def forms(request: Request):
        form = await form_data(request, max_upload=1000)
        return {"fields": dict(form), "files": {n: len(f.content) for n, f in form.files.items()}}

    @router.get("/broken")
    async def broken(pages: PagesDep):
        return pages.render("broken.html")

    @router.get("/fail/{how}")
    @router.get(api + "/fail/{how}")
    async def fail(how: str):
        match how:
            case "gone":
                raise Gone
            case "conflict":
                raise Conflict("Taken by Bea.", person="p2")
            case "invalid":
                raise Invalid.many({"start": "Too late.", "end": "Before the start."})
            case "away":
                raise ConnectionRefusedError
            case _:
                raise RuntimeError("secret words")

    @router.get(api + "/me")
    async def me(viewer: CurrentViewer) -> dict[str, object]:
        return {"person": viewer.person_id, "roles": sorted(viewer.roles)}

    @router.post(api + "/things", status_code=201)
    async def things(thing: Thing, viewer: CurrentViewer, write: Write) -> Thing:
        async def use_case(uow: UnitOfWork) -> Thing:
            if thing.name == "refused":
                raise Conflict
            made.append(thing.name)
            await asyncio.sleep(0)
            return Thing(name=uow.new_id(), minutes=thing.minutes)

        return await write(use_case, status=201, location="/somewhere")

    @router.delete(api + "/things")
    async def drop(viewer: CurrentViewer, write: Write) -> None:
        async def use_case(uow: UnitOfWork) -> None:
            made.append("dropped")

        return await write(use_case)

    @router.post(api + "/big")
    async def big(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    return router
