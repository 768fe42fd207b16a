"""The web side of a service: a FastAPI application with the house's doors around it."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alongside.clock import Clock
from alongside.db.database import Database
from alongside.errors import AlongsideError
from alongside.observability import metrics
from alongside.secrets import Secrets
from alongside.settings import ServiceName, Settings
from alongside.web import problems
from alongside.web.described import add_descriptions
from alongside.web.edge import Edge
from alongside.web.ended import ended_sessions_of
from alongside.web.guards import BodyLimit, RateLimit, SameOrigin
from alongside.web.health import Health
from alongside.web.openapi import polished
from alongside.web.pages import environment
from alongside.web.state import FastPath, Web
from alongside.web.statics import Statics
from alongside.web.tokens import TokenReader, cookie_name

SHARED = Path(__file__).parent

ROBOTS = """User-agent: *
Allow: /feeds/
Disallow: /
"""
"""Nothing here is for search engines; but Google fetches a feed only where this file lets it."""


class Application(FastAPI):
    """FastAPI, with the edge outside of everything else."""

    edge: Edge | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self.edge is not None:
            await self.edge(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def within(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what the edge let pass."""
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the description of the JSON routes."""
        if not self.openapi_schema:
            service = cast("Web", self.state.web).service
            self.openapi_schema = polished(super().openapi(), f"/api/{service}/")
        return self.openapi_schema


def create_web(
    settings: Settings,
    service_name: ServiceName,
    *,
    templates: str | Path | None,
    clock: Clock,
    secrets: Secrets,
    database: Database,
    registry: CollectorRegistry | None = None,
    rate_limit: RateLimit | None = None,
    body_limits: Mapping[str, int] | None = None,
) -> Application:
    """Make the application of one service; its routes are then added by `add_routes`.

    `templates` is the service's package (with `templates/` and, if wanted, `static/` inside) or
    a folder of templates. `body_limits` allows more (or less) than 1 MiB below a path. The service
    sets `app.state.uow` (what `Write` opens), and may set `app.state.person_gate` and
    `app.state.association`; the host sets `app.state.ready`.
    """
    app = Application(
        title=f"Alongside: {service_name}",
        version="1",
        openapi_url=f"/api/{service_name}/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        # Its log would quote what people typed, its spans the addresses of feeds.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    folders = _folders(templates)
    statics = Statics(SHARED / "static", *(folder / "static" for folder in folders))
    body_limit = BodyLimit(body_limits or {})
    web = Web(
        settings=settings,
        service=service_name,
        clock=clock,
        secrets=secrets,
        database=database,
        tokens=TokenReader(secrets),
        ended=ended_sessions_of(database),
        templates=environment(
            statics,
            *(folder / "templates" if isinstance(templates, str) else folder for folder in folders),
            SHARED / "templates",
        ),
        statics=statics,
        registry=registry or metrics.REGISTRY,
        guards=(
            SameOrigin(settings.origin, cookie_name(settings.origin)),
            rate_limit or RateLimit(),
            body_limit,
        ),
        body_limit=body_limit,
    )
    app.state.web = web
    add_descriptions(app, web)
    health = Health(web, app.state)
    web.fast["static"] = FastPath("/static/{file}", statics)
    for path in ("healthz", "readyz", "metrics"):
        web.fast[path] = FastPath(f"/{path}", health)
    web.fast["robots.txt"] = FastPath("/robots.txt", PlainTextResponse(ROBOTS))
    app.add_exception_handler(AlongsideError, problems.on_alongside_error)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(Exception, problems.on_unexpected)
    app.edge = Edge(app.within, app, web)
    return app


def add_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Add routes as they were made when their modules were imported.

    FastAPI's `include_router` makes every route anew for each application, for the sake of prefixes
    and dependencies that are said there; here each router says its own, once.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def add_fast_path(app: FastAPI, folder: str, route: str, application: ASGIApp) -> None:
    """Have everything below `/folder/` answered by a plain ASGI application.

    It stands before guards, body limits, sessions and routing: for answers that are ready to
    send and that no browser shows, such as feeds. It gets request id, log and figures. `route` is
    its name in the figures, without anything secret.
    """
    cast("Web", app.state.web).fast[folder] = FastPath(route, application, is_page=False)


def _folders(templates: str | Path | None) -> tuple[Path, ...]:
    if templates is None:
        return ()
    if isinstance(templates, Path):
        return (templates,)
    package = templates.partition(":")[0].removesuffix(".templates")
    return (Path(str(files(package))),)
