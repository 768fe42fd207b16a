"""The log of consultants' visits: what is to log, what it comes to by site and month, one visit."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.zones import zone
from alongside_logbook.domain.visits import ACTIVITIES, NOT_HELD, Activity, NotHeld, VisitLog
from alongside_logbook.domain.words import month as say_month
from alongside_logbook.handlers.visits import LogVisit, log_visit
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import counts
from alongside_logbook.views.visits import (
    KINDS,
    VisitDetail,
    visit_of,
    visit_totals,
    visits_csv,
    visits_due,
    visits_logged,
)

router = APIRouter(include_in_schema=False)

_PER_PAGE = 20
_LONGEST_NUMBER = 4

Id = Annotated[str, Path(max_length=64)]
VisitKey = Annotated[str, Path(max_length=16)]
Everybody = Annotated[bool, Query(alias="all")]


@router.get("/attendance/visits")
async def visits_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    everybody: Everybody = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show what is to log, the totals by site and month, then what is logged."""
    everybody = _for_all(viewer, everybody=everybody)
    consultant = None if everybody else viewer.person_id
    logged = await visits_logged(consultant, uow, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    return pages.render(
        "visits_log.html",
        due=await visits_due(consultant, uow),
        logged=logged,
        totals=await visit_totals(consultant, uow, at=zone(viewer.zone)),
        everybody=everybody,
        page=page,
        page_count=max(1, -(-logged.total // _PER_PAGE)),
        kinds=KINDS,
        activities=ACTIVITIES,
        reasons=NOT_HELD,
        say_month=say_month,
        counts=await counts(viewer, uow),
    )


@router.get("/attendance/visits.csv")
async def export(viewer: CurrentViewer, uow: Reading, everybody: Everybody = False) -> Response:
    """Hand out every logged visit as a table for a spreadsheet."""
    consultant = None if _for_all(viewer, everybody=everybody) else viewer.person_id
    return Response(
        await visits_csv(consultant, uow),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="visits.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/attendance/visits/{series_id}/{key}")
async def visit_page(
    pages: PagesDep,
    _viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    series_id: Id,
    key: VisitKey,
    correct: bool = False,
) -> Response:
    """Show one visit: the form, or once it was logged what was."""
    seen = await visit_of(series_id, key, actor, uow)
    return _page(pages, seen, editing=seen.can_log and (correct or seen.visit.version == 0))


@router.post("/attendance/visits/{series_id}/{key}")
async def log_page(
    request: Request,
    pages: PagesDep,
    _viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    series_id: Id,
    key: VisitKey,
) -> Response:
    """Log or correct, and show what came of it."""
    form = await form_data(request)
    try:
        command = LogVisit(series_id=series_id, key=key, log=_log(form))
        async with doors.writing() as uow:
            done = await log_visit(command, actor, uow)
    except (Invalid, Conflict) as error:
        errors = FormErrors.of(error)
        async with doors.reading() as uow:
            seen = await visit_of(series_id, key, actor, uow)
        return _page(pages, seen, editing=True, errors=errors, typed=form, status=error.status)
    notice = "Logged." if done.changed else "It was logged like this before; nothing changed."
    return redirect(f"/attendance/visits/{series_id}/{key}", notice)


def _page(
    pages: PagesDep,
    seen: VisitDetail,
    *,
    editing: bool,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return pages.render(
        "visit_log.html",
        status=status,
        seen=seen,
        visit=seen.visit,
        editing=editing,
        errors=errors or {},
        values=_values(seen, typed),
        kinds=KINDS,
        activities=ACTIVITIES,
        reasons=NOT_HELD,
    )


def _values(seen: VisitDetail, typed: Form | None) -> dict[str, Any]:
    if typed is not None:
        return {
            name: typed.text(name) for name in ("held", "minutes", "activity", "people", "reason")
        }
    log = seen.visit.log or VisitLog(minutes=seen.visit.scheduled_minutes, activity="staff")
    return {
        "held": "yes" if log.held else "no",
        "minutes": log.minutes or "",
        "activity": log.activity or "staff",
        "people": "" if log.people is None else log.people,
        "reason": log.reason or "",
    }


def _log(form: Form) -> VisitLog:
    errors = FormErrors()
    held = form.text("held", "yes")
    if held not in {"yes", "no"}:
        errors.add("held", "Say whether it was held.")
    activity: Activity | None = next(
        (each for each in get_args(Activity) if each == form.text("activity")), None
    )
    reason: NotHeld | None = next(
        (each for each in get_args(NotHeld) if each == form.text("reason")), None
    )
    minutes, people = _number(form, "minutes", errors), _number(form, "people", errors)
    errors.raise_if_any()
    if held == "no":
        # What stands in the fields of a visit that was held is left over, not meant.
        return VisitLog(held=False, reason=reason)
    return VisitLog(held=True, minutes=minutes, activity=activity, people=people)


def _number(form: Form, name: str, errors: FormErrors) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        errors.add(name, "Give a whole number, as digits only.")
        return None
    return int(text)


def _for_all(viewer: Viewer, *, everybody: bool) -> bool:
    return viewer.is_coordinator and (everybody or not viewer.is_supervisor)
