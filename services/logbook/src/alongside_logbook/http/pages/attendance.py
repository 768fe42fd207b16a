"""Attendance: what still needs it, and one small page for one session, made for a phone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from alongside.errors import Conflict, Invalid
from alongside.web.auth import AsSupervisor, CurrentViewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.attendance import (
    CORRECTION_REASONS,
    CorrectionReason,
    Departure,
    Presence,
)
from alongside_logbook.domain.override import OVERRIDES, InPlace
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.attendance import RecordAttendance, record_attendance
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import (
    AGES_CHOICES,
    MODES,
    ages_chosen,
    counts,
    whole_number,
)
from alongside_logbook.views.attendance import (
    AttendanceLine,
    AttendanceView,
    attendance_of,
    next_session,
    sessions_awaiting,
    sessions_recorded,
)
from alongside_logbook.views.entries import entry_views

router = APIRouter(include_in_schema=False)

_PER_PAGE = 20
_PARTIAL: tuple[Presence, ...] = ("late", "left_early", "part")

Id = Annotated[str, Path(max_length=64)]
SessionKey = Annotated[str, Path(max_length=16)]


@router.get("/attendance")
async def attendance_list(
    pages: PagesDep,
    viewer: AsSupervisor,
    uow: Reading,
    actor: ActorDep,
    everybody: Annotated[bool, Query(alias="all")] = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show what needs attendance, oldest first, then what has it."""
    everybody = viewer.is_coordinator and (everybody or not viewer.is_supervisor)
    leader = None if everybody else viewer.person_id
    recorded = await sessions_recorded(leader, uow, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    returned = await uow.entries.returned_to(leader)
    return pages.render(
        "attendance_list.html",
        awaiting=await sessions_awaiting(leader, uow),
        said_first=await entry_views(await uow.waiting.said_to(leader), actor, uow),
        recorded=recorded,
        returned=await entry_views(returned, actor, uow),
        upcoming=await next_session(viewer.person_id, uow) if leader else None,
        given=0 if everybody else len(await uow.outside.given(viewer.person_id)),
        everybody=everybody,
        page=page,
        page_count=max(1, -(-recorded.total // _PER_PAGE)),
        counts=await counts(viewer, uow),
    )


@router.get("/attendance/{series_id}/{key}")
async def attendance_page(
    pages: PagesDep,
    _viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    series_id: Id,
    key: SessionKey,
    correct: bool = False,
) -> Response:
    """Show one session: the form, or once it was recorded what was, and whom we wait for."""
    seen = await attendance_of(series_id, key, actor, uow)
    editing = seen.can_record and (correct or _incomplete(seen))
    return _page(pages, seen, editing=editing)


@router.post("/attendance/{series_id}/{key}")
async def record_page(
    request: Request,
    pages: PagesDep,
    _viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    series_id: Id,
    key: SessionKey,
) -> Response:
    """Record or correct, and show what came of it."""
    form = await form_data(request)
    try:
        async with doors.writing() as uow:
            seen = await attendance_of(series_id, key, actor, uow)
            command = _command(form, seen)
            done = await record_attendance(command, actor, uow)
    except (Invalid, Conflict) as error:
        errors = FormErrors.of(error)
        async with doors.reading() as uow:
            seen = await attendance_of(series_id, key, actor, uow)
        return _page(
            pages, seen, editing=True, errors=_beside(errors, seen), typed=form, status=error.status
        )
    waiting = len({entry.supervisee_id for entry in done.entries if entry.status == "recorded"})
    notice = (
        f"Recorded. Now {say_count(waiting, 'person confirms', 'people confirm')} their hours."
        if done.changed
        else "It was recorded like this before; nothing changed."
    )
    back = form.text("back") == "list"
    return redirect("/attendance" if back else f"/attendance/{series_id}/{key}", notice)


def _page(
    pages: PagesDep,
    seen: AttendanceView,
    *,
    editing: bool,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return pages.render(
        "attendance.html",
        status=status,
        seen=seen,
        session=seen.session,
        editing=editing,
        errors=errors or {},
        values=_values(seen, typed),
        reason_code=typed.text("reason_code") if typed else "",
        reasons=list(CORRECTION_REASONS.items()),
        mode=typed.text("mode") if typed else seen.mode or "",
        why=typed.text("why") if typed else "",
        evidence=typed.text("evidence") if typed else "",
        overrides=list(OVERRIDES.items()),
        more_open=any(line.other_minutes for line in seen.lines)
        or any(name.startswith(("mode", "other-", "ages-")) for name in errors or ()),
        modes=list(MODES.items()),
        ages_choices=AGES_CHOICES,
        waiting=[line for line in seen.lines if line.awaits],
    )


def _incomplete(seen: AttendanceView) -> bool:
    return any(line.entry_id is None for line in seen.lines)


def _values(seen: AttendanceView, typed: Form | None) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for line in seen.lines:
        person = line.person.person_id
        partial = line.presence in _PARTIAL
        values[person] = {
            "presence": line.presence,
            "minutes": line.minutes if partial else "",
            "about": line.about_rsc_minutes or "",
            "other": line.other_minutes or "",
            "ages": ",".join(line.ages),
        }
        if typed is not None:
            values[person] = {
                "presence": typed.text(f"presence-{person}", "present"),
                "minutes": typed.text(f"minutes-{person}"),
                "about": typed.text(f"about-{person}"),
                "other": typed.text(f"other-{person}"),
                "ages": typed.text(f"ages-{person}"),
            }
    return values


def _command(form: Form, seen: AttendanceView) -> RecordAttendance:
    errors = FormErrors()
    exceptions = [
        departure
        for line in seen.lines
        if (departure := _departure(form, line, errors)) is not None
    ]
    reason = form.text("reason_code") or None
    if reason is not None and reason not in get_args(CorrectionReason):
        errors.add("reason_code", "Choose one of the reasons.")
    mode = form.text("mode")
    if mode not in {"", *MODES}:
        errors.add("mode", "Choose how they met.")
    why = next((each for each in OVERRIDES if each == form.text("why")), None)
    errors.raise_if_any()
    return RecordAttendance(
        series_id=seen.session.series_id,
        key=seen.session.key,
        exceptions=tuple(exceptions),
        reason_code=reason,
        mode=next((each for each in MODES if each == mode and each != seen.mode), None),
        in_place=InPlace(why=why, evidence=form.text("evidence")[:2000]) if why else None,
    )


def _departure(form: Form, line: AttendanceLine, errors: FormErrors) -> Departure | None:
    person = line.person.person_id
    presence = form.text(f"presence-{person}", "present")
    minutes = whole_number(form, f"minutes-{person}", errors)
    if presence not in _PARTIAL and line.presence in _PARTIAL and minutes == line.minutes:
        minutes = None  # left over from what was recorded before; nobody typed it now
    about = whole_number(form, f"about-{person}", errors) or 0
    other = whole_number(form, f"other-{person}", errors) or 0
    ages = ages_chosen(form, f"ages-{person}", errors)
    if ages is None and f"ages-{person}" in form:
        ages = ()  # somebody chose that it is not said
    try:
        return Departure.model_validate(
            {
                "person_id": person,
                "presence": presence,
                "minutes": minutes,
                "about_rsc_minutes": about,
                "other_minutes": other,
                "ages": None if ages == line.ages else ages,
            }
        )
    except ValidationError:
        errors.add(f"presence-{person}", "Choose what was the case.")
        return None


def _beside(errors: FormErrors, seen: AttendanceView) -> dict[str, str]:
    """Return messages by control: what speaks about a person stands beside their minutes."""
    people = {line.person.person_id for line in seen.lines}
    return {
        f"minutes-{name}" if name in people else name: message for name, message in errors.items()
    }
