"""The pages that describe a service to those who write programs: its routes, and its events.

Made at the first request, from the very document that is served beside them; from then on static.
"""

from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from alongside.describing.asyncapi import asyncapi
from alongside.describing.pages import events_context, routes_context
from alongside.settings import SERVICES, ServiceName
from alongside.web.state import Web

_KEPT = {"Cache-Control": "public, max-age=300"}


def add_descriptions(app: FastAPI, web: Web) -> None:
    """Add `/docs`, `/docs/events` and `/asyncapi.json` beside a service's `/openapi.json`."""
    service = web.service
    base = f"/api/{service}/v1"

    @cache
    def page(name: str) -> bytes:
        context: dict[str, Any] = (
            routes_context(app.openapi()) if name == "routes" else events_context(_events(service))
        )
        template = web.templates.get_template(f"described/{name}.html")
        known = {"service": service, "services": SERVICES, "base": base, "here": name}
        return template.render(known | context).encode()

    async def routes(request: Request) -> Response:
        del request
        return HTMLResponse(page("routes"), headers=_KEPT)

    async def events(request: Request) -> Response:
        del request
        return HTMLResponse(page("events"), headers=_KEPT)

    async def document(request: Request) -> Response:
        del request
        return JSONResponse(_events(service), headers=_KEPT)

    app.add_route(f"{base}/docs", routes, include_in_schema=False)
    app.add_route(f"{base}/docs/events", events, include_in_schema=False)
    app.add_route(f"{base}/asyncapi.json", document, include_in_schema=False)


@cache
def _events(service: ServiceName) -> dict[str, Any]:
    return asyncapi(service)
