"""The cohort: everybody's progress, drawn side by side."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from alongside.web.auth import AsSupervisor
from alongside.web.pages import PagesDep
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.http.pages.common import STATUSES, counts
from alongside_logbook.views.progress import CohortLine, cohort

router = APIRouter(include_in_schema=False)

_UNCONFIRMED = "unconfirmed"


@router.get("/cohort")
async def cohort_page(
    pages: PagesDep,
    viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    show: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show where everybody stands; for a supervisor, those in the sessions they lead."""
    found = await cohort(actor, uow)
    return pages.render(
        "cohort.html",
        found=found,
        lines=[line for line in found.lines if _fits(line, show, q)],
        tabs_of=_tabs(found.by_status, found.unconfirmed, len(found.lines)),
        show=show,
        q=q,
        statuses=STATUSES,
        here_with=f"/cohort?show={show}" if show in {*STATUSES, _UNCONFIRMED} else "/cohort",
        counts=await counts(viewer, uow),
    )


def _fits(line: CohortLine, show: str, wanted: str) -> bool:
    if wanted.casefold().strip() not in line.person.name.casefold():
        return False
    if show == _UNCONFIRMED:
        return line.progress.unconfirmed > 0
    return show not in STATUSES or line.progress.status == show


def _tabs(by_status: dict[str, int], unconfirmed: int, total: int) -> list[tuple[Any, ...]]:
    states = [
        (name, f"/cohort?show={status}", by_status[status])
        for status, (name, _tone) in STATUSES.items()
        if by_status.get(status)
    ]
    waiting = [("Unconfirmed", f"/cohort?show={_UNCONFIRMED}", unconfirmed)] if unconfirmed else []
    return [("Everybody", "/cohort", total), *states, *waiting]
