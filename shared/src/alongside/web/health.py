"""Health, readiness and metrics: what an orchestrator asks."""

from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from alongside.errors import AlongsideError
from alongside.web.state import Ready, Web

log = structlog.get_logger(__name__)


class Health:
    """The ASGI application of `/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, web: Web, state: Any) -> None:
        self._web = web
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one of the three."""
        match scope["path"]:
            case "/healthz":
                response: Response = JSONResponse({"status": "ok"})
            case "/readyz":
                response = await self._readiness()
            case "/metrics":
                response = Response(
                    generate_latest(self._web.registry), media_type=CONTENT_TYPE_LATEST
                )
            case _:
                response = Response(status_code=404)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _readiness(self) -> Response:
        ready: Ready | None = getattr(self._state, "ready", None)
        try:
            if ready is None:
                await self._web.database.ping()
            checks = await ready() if ready is not None else {"database": "ok"}
        except Exception as error:  # noqa: BLE001  # whatever it is, this process cannot serve
            log.warning("not_ready", error=repr(error))
            said = error.detail if isinstance(error, AlongsideError) else "The database is away."
            return JSONResponse({"status": "unready", "detail": said}, 503)
        degraded = any(value != "ok" for value in checks.values())
        return JSONResponse({"status": "degraded" if degraded else "ready", "checks": checks})


class HealthDoor:
    """The ASGI application of a process without pages: health and figures, and nothing else."""

    def __init__(self, app: Any) -> None:
        self._health: Health = app.state.web.fast["healthz"].application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._health(scope, receive, send)
