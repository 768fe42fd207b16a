"""Rule packs in plain words, every number with its source and how sure it is."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep
from alongside_logbook.http.doors import Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.views.rules import pack_view, rules_view

router = APIRouter(include_in_schema=False)

CONFIDENCE = {
    "H": ("Sure", "good", "several associations agree, or one clear current page"),
    "M": ("Likely", "info", "one source, or several that may be old"),
    "L": ("Unsure", "warn", "weak or conflicting: ask the association"),
}


@router.get("/rules")
async def rules_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    association: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """List the packs."""
    found = await rules_view(association, uow)
    return pages.render("rules.html", found=found, counts=await counts(viewer, uow))


@router.get("/rules/{pack:path}")
async def pack_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    pack: Annotated[str, Path(max_length=200)],
) -> Response:
    """Show one pack."""
    found = pack_view(pack, uow)
    return pages.render(
        "pack.html", found=found, pack=found.pack, sure=CONFIDENCE, counts=await counts(viewer, uow)
    )
