"""What the front door says when the service behind it does not answer."""

from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from alongside import web
from alongside.errors import AlongsideError
from alongside.web.statics import Statics

STATICS = Path(web.__file__).parent / "static"

_WITHOUT = {
    "scheduler": "Groups, sessions and signing in",
    "logbook": "Hours and attendance",
    "notifier": "Calendars and messages",
}


class ServiceAway(AlongsideError):
    """This part of Alongside is not there at the moment."""

    code = "service_away"
    status = 503
    title = "Back in a moment"

    def __init__(self, *, service: str) -> None:
        super().__init__(
            f"{_WITHOUT.get(service, 'This part of Alongside')} cannot be reached at the moment; "
            "the other parts go on working. Please try again in a few seconds.",
            service=service,
        )


class BadGateway(ServiceAway):
    """The service broke off in the middle of its answer."""

    code = "bad_gateway"
    status = 502


class GatewayTimeout(ServiceAway):
    """The service took too long."""

    code = "gateway_timeout"
    status = 504


def refusal(scope: Scope, error: AlongsideError) -> Response:
    """Return the error as a page, or as problem+json to whoever asks for JSON."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    headers = {"Cache-Control": "no-store", "Retry-After": "5"}
    if scope["path"].startswith("/api/") or (b"json" in accept and b"text/html" not in accept):
        return JSONResponse(
            error.problem(), error.status, headers=headers, media_type="application/problem+json"
        )
    headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'"
    )
    return HTMLResponse(_page(error), error.status, headers=headers)


def _page(error: AlongsideError) -> str:
    title, detail = escape(error.title), escape(error.detail)
    style = escape(Statics(STATICS).url("alongside.css"))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Alongside</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<main class="error-page">
<p class="eyebrow">{error.status}</p>
<h1>{title}</h1>
<p class="lead">{detail}</p>
<p><a class="button" href="">Try again</a></p>
</main>
</body>
</html>
"""
