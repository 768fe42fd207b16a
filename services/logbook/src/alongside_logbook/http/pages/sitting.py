"""One sitting: every session that needs attendance on one page, people by dates, saved together."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import AsSupervisor, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import RecordAttendance
from alongside_logbook.handlers.sitting import MOST, RecordSitting, record_sitting
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import MODES, counts, whole_number
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.sitting import Seat, SittingSession, SittingView, sitting_view

router = APIRouter(include_in_schema=False)

_FIELDS = 8000
"""Fields of a form: half a year of weekly sessions with a large group."""

Everybody = Annotated[bool, Query(alias="all")]
SeriesQuery = Annotated[str | None, Query(max_length=64)]


@router.get("/attendance/sitting")
async def sitting_page(
    pages: PagesDep,
    viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    series: SeriesQuery = None,
    everybody: Everybody = False,
) -> Response:
    """Show everything that needs attendance, everybody present."""
    return await _page(pages, viewer, actor, uow, series, everybody=everybody)


@router.post("/attendance/sitting")
async def record_sitting_page(
    request: Request,
    pages: PagesDep,
    viewer: AsSupervisor,
    doors: DoorsDep,
    actor: ActorDep,
    series: SeriesQuery = None,
    everybody: Everybody = False,
) -> Response:
    """Record what was shown, all of it or nothing."""
    form = await form_data(request, max_fields=_FIELDS)
    try:
        command = _command(form)
        async with doors.writing() as uow:
            done = await record_sitting(command, actor, uow)
    except (Invalid, Conflict) as error:
        errors = _beside(FormErrors.of(error))
        async with doors.reading() as uow:
            return await _page(
                pages, viewer, actor, uow, series, everybody=everybody,
                errors=errors, typed=form, status=error.status,
            )  # fmt: skip
    people = {
        entry.supervisee_id
        for session in done.sessions
        for entry in session.entries
        if entry.status == "recorded"
    }
    sessions = say_count(len(done.sessions), "session")
    asked = say_count(len(people), "person confirms", "people confirm")
    return redirect("/attendance", f"{sessions} recorded. Now {asked} their hours.")


async def _page(
    pages: PagesDep,
    viewer: Viewer,
    actor: Actor,
    uow: LogbookUow,
    series: str | None,
    *,
    everybody: bool = False,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    everybody = viewer.is_coordinator and everybody
    shown = await sitting_view(actor, uow, series_id=series, everybody=everybody)
    return pages.render(
        "sitting.html",
        status=status,
        shown=shown,
        rows=_rows(shown, errors or {}, typed),
        here="/attendance/sitting" + _query(series, everybody=everybody),
        everybody=everybody,
        modes=list(MODES.items()),
        errors=errors or {},
        counts=await counts(viewer, uow),
    )


def _query(series: str | None, *, everybody: bool) -> str:
    said = [f"series={series}"] if series else []
    said += ["all=1"] if everybody else []
    return "?" + "&".join(said) if said else ""


def _place(session: SittingSession) -> str:
    """Return what names a session in the form, and in what is wrong with it."""
    return f"{session.series_id}/{session.key}"


def _rows(
    shown: SittingView, errors: Mapping[str, str], typed: Form | None
) -> dict[str, dict[str, Any]]:
    """Return what stands in each row, by session: what is ticked and typed, and whether it is open."""
    sent = set(typed.many("session")) if typed else set()
    rows: dict[str, dict[str, Any]] = {}
    for session in (each for series in shown.series for each in series.sessions):
        place = _place(session)
        form = typed if place in sent else None
        seats = {seat.person.person_id: _seat(seat, place, form) for seat in session.seats}
        later = form is not None and form.is_on(f"later-{place}")
        rows[place] = {
            "seats": seats,
            "mode": form.text(f"mode-{place}") if form else session.mode or "",
            "later": later,
            "open": later
            or any(f"-{place}" in name for name in errors)
            or any(each["minutes"] or each["other"] for each in seats.values()),
        }
    return rows


def _seat(seat: Seat, place: str, form: Form | None) -> dict[str, Any]:
    person = seat.person.person_id
    if form is not None:
        return {
            "there": person in form.many(f"there-{place}"),
            **{
                name: form.text(f"{name}-{place}/{person}")
                for name in ("minutes", "other", "about")
            },
        }
    part = seat.presence not in {"present", "absent"}
    return {
        "there": seat.presence != "absent",
        "minutes": seat.minutes if part else "",
        "other": seat.other_minutes or "",
        "about": seat.about_rsc_minutes or "",
    }


def _command(form: Form) -> RecordSitting:
    errors = FormErrors()
    places = [place for place in form.many("session") if _is_place(place)]
    sessions = [
        _session(form, place, errors) for place in places if not form.is_on(f"later-{place}")
    ]
    errors.raise_if_any()
    if not sessions:
        raise Invalid("Every session was left for later, so there is nothing to record.")
    if len(sessions) > MOST:
        raise Invalid(f"Record at most {MOST} sessions at a time.")
    return RecordSitting(sessions=tuple(sessions))


def _is_place(text: str) -> bool:
    series_id, _, key = text.rpartition("/")
    return 0 < len(series_id) <= 64 and 0 < len(key) <= 16  # noqa: PLR2004  # as the columns have it


def _session(form: Form, place: str, errors: FormErrors) -> RecordAttendance:
    people = [person for person in form.many(f"asked-{place}") if 0 < len(person) <= 64]  # noqa: PLR2004
    there = set(form.many(f"there-{place}"))
    mode = form.text(f"mode-{place}")
    if mode not in {"", *MODES}:
        errors.add(f"mode-{place}", "Choose how they met.")
    series_id, _, key = place.rpartition("/")
    return RecordAttendance(
        series_id=series_id,
        key=key,
        exceptions=tuple(
            _departure(form, f"{place}/{person}", person, errors, there=person in there)
            for person in people
        ),
        roster=frozenset(people),
        mode=next((each for each in MODES if each == mode), None),
    )


def _departure(form: Form, at: str, person: str, errors: FormErrors, *, there: bool) -> Departure:
    minutes, other, about = (
        whole_number(form, f"{name}-{at}", errors) for name in ("minutes", "other", "about")
    )
    if not there and not minutes:
        return Departure(person_id=person, presence="absent")
    if not there:
        errors.add(f"minutes-{at}", "Tick who was there, or clear their minutes.")
    return Departure(
        person_id=person,
        presence="present" if minutes is None else "part",
        minutes=minutes,
        other_minutes=other or 0,
        about_rsc_minutes=about or 0,
    )


def _beside(errors: FormErrors) -> dict[str, str]:
    """Return messages by control: what speaks of a session, or a person at it, stands beside that."""
    controls = {1: "row", 2: "minutes"}
    placed = {}
    for given, message in errors.items():
        name = given.removesuffix(
            "/why"
        )  # why a coordinator records it is said on the session's page
        typed = name.startswith(("minutes-", "other-", "about-", "mode-"))
        control = None if typed else controls.get(name.count("/"))
        placed[f"{control}-{name}" if control else name] = message
    return placed
