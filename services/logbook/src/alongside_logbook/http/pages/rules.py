"""Rule packs in plain words, every number with its source and how sure it is."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep
from alongside_logbook import rulewords
from alongside_logbook.http.doors import Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.views.rule_drawings import matrix_drawn, span_drawn
from alongside_logbook.views.rules import pack_view, rules_view

router = APIRouter(include_in_schema=False)

CONFIDENCE = {
    "H": ("Sure", "good", "several associations agree, or one clear current page"),
    "M": ("Likely", "info", "one source, or several that may be old"),
    "L": ("Unsure", "warn", "weak or conflicting: ask the association"),
}
COLUMNS = {
    "apply": "To apply",
    "ers": "To add ERS",
    "renew": "To renew",
    "reinstate": "To come back",
}


@router.get("/rules")
async def rules_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    association: Annotated[str | None, Query(max_length=64)] = None,
    chosen: Annotated[bool, Query()] = False,
) -> Response:
    """Show what each category asks for what, and the associations side by side."""
    found = await rules_view(association, uow)
    if chosen:
        # It was said a moment ago, and is on its way here from the scheduler.
        found = found.model_copy(update={"ours": found.association})
    return pages.render(
        "rules.html",
        found=found,
        columns=COLUMNS,
        headings=["Category", *(COLUMNS[purpose] for purpose in found.purposes)],
        counts=await counts(viewer, uow),
    )


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
        "pack.html",
        found=found,
        pack=found.pack,
        sure=CONFIDENCE,
        say=rulewords,
        span=span_drawn(found.pack, found.today),
        matrix=matrix_drawn(found.pack, found.today),
        counts=await counts(viewer, uow),
    )
