"""Pages: templates with the house's frame, filters and navigation."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alongside.web.auth import Viewer
from alongside.web.navigation import navigation_for
from alongside.web.notices import clear_notice, redirect, take_notice
from alongside.web.state import web_of
from alongside.web.statics import Statics
from alongside.web.times import filters

__all__ = ["Pages", "PagesDep", "environment", "redirect"]


def environment(statics: Statics, *folders: Path) -> Environment:
    """Return the templates of a service, its own before the shared ones."""
    made = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters.update(filters())
    made.globals["static_url"] = statics.url
    return made


class Pages:
    """Renders templates for one request. Handlers take it as `pages: PagesDep`."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._web = web_of(request)

    def render(self, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """Return a page, or of it only the block `main` when htmx asks for a part.

        Besides what is passed, templates know `viewer`, `zone`, `nav`, `here`, `now`, `flash`,
        `association`, `service`, `status` and `static_url`. `counts={"/hours": 3}` puts numbers into the
        navigation.
        """
        request = self._request
        template = self._web.templates.get_template(name)
        whole = not _wants_part(request)
        known = self._known(context.pop("counts", None), with_notice=whole)
        context = {**known, "status": status, **context}
        content = template.render(context) if whole else _main_of(template, context)
        response = HTMLResponse(
            content, status, headers={"Vary": "HX-Request, Cookie", "Cache-Control": "no-store"}
        )
        if whole:
            clear_notice(request, response)
        return response

    def _known(self, counts: dict[str, int] | None, *, with_notice: bool) -> dict[str, Any]:
        request = self._request
        viewer: Viewer | None = getattr(request.state, "viewer", None)
        return {
            "viewer": viewer,
            "zone": viewer.zone if viewer else "UTC",
            "nav": navigation_for(viewer.roles, counts) if viewer else [],
            "here": request.url.path,
            "now": self._web.clock.now(),
            "flash": take_notice(request) if with_notice else None,
            "association": getattr(request.app.state, "association", None),
            "service": self._web.service,
        }


async def _pages(request: Request) -> Pages:
    # Not the class itself: what is no coroutine is called in a thread, which costs more than it does.
    return Pages(request)


PagesDep = Annotated[Pages, Depends(_pages)]
"""The pages of this request."""


def _main_of(template: Template, context: dict[str, Any]) -> str:
    """Return the block `main` alone. The page runs first, for what it imports and sets at its top."""
    known = template.new_context(context)
    for _ in template.root_render_func(known):
        pass
    return "".join(template.blocks["main"](known))


def _wants_part(request: Request) -> bool:
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-boosted") != "true"
