"""My hours: drawn, what waits and with whom, what is missing, and every entry with its reason."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import CurrentViewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.confirmation import (
    ConfirmEntries,
    ReturnEntry,
    confirm_entries,
    return_entry,
)
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import AGES_CHOICES, counts, entries_seen
from alongside_logbook.http.pages.goals import heading_of, line_of, shown_goal
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import EntryView
from alongside_logbook.views.hours import hours_view

router = APIRouter(include_in_schema=False)

_PER_PAGE = 12
_AT_ONCE = 8
"""How many entries that wait are shown with a form each."""

Id = Annotated[str, Path(max_length=64)]


@router.get("/progress")
async def progress_page(viewer: CurrentViewer) -> Response:
    """Lead to where progress is shown."""
    return redirect("/cohort" if viewer.is_coordinator else "/hours")


@router.get("/hours")
async def hours_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=64)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    goal: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """Show somebody's hours: one's own, or of a person one may see; `goal` says toward what first."""
    return await _hours(pages, viewer, uow, actor, person or viewer.person_id, page=page, goal=goal)


@router.post("/hours/confirm")
async def confirm_page(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
) -> Response:
    """Confirm what was named, as it was seen."""
    form = await form_data(request)
    try:
        command = ConfirmEntries(entries=entries_seen(form))
        async with doors.writing() as uow:
            done = await confirm_entries(command, actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _hours(
                pages,
                viewer,
                uow,
                actor,
                viewer.person_id,
                errors={"_": error.detail},
                status=error.status,
            )
    return redirect("/hours", f"{say_count(done.confirmed, 'entry', 'entries')} confirmed.")


@router.post("/hours/{entry_id}/return")
async def return_page(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    entry_id: Id,
) -> Response:
    """Return an entry to the provider, with a reason."""
    form = await form_data(request)
    reason = form.text("reason")
    version = form.text("version")
    command = ReturnEntry(
        entry_id=entry_id, reason=reason, version=int(version) if version.isdigit() else None
    )
    try:
        async with doors.writing() as uow:
            await return_entry(command, actor, uow)
    except (Invalid, Conflict) as error:
        errors = (
            FormErrors({f"reason-{entry_id}": error.detail})
            if isinstance(error, Invalid)
            else FormErrors({"_": error.detail})
        )
        async with doors.reading() as uow:
            return await _hours(
                pages,
                viewer,
                uow,
                actor,
                viewer.person_id,
                errors=errors,
                typed={entry_id: reason},
                status=error.status,
            )
    return redirect("/hours", "Returned. Your provider is asked to look at it again.")


async def _hours(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: LogbookUow,
    actor: ActorDep,
    person_id: str,
    *,
    page: int = 1,
    goal: str | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    own = person_id == viewer.person_id
    shown = await hours_view(person_id, actor, uow, page=page, size=_PER_PAGE, at_once=_AT_ONCE)
    progress = shown.progress
    goals = sorted(progress.goals, key=lambda each: each.goal != goal)
    return pages.render(
        "hours.html",
        status=status,
        person=progress.person,
        first=shown_goal(goals[0]),
        others=[line_of(each) for each in goals[1:]],
        headings={each.goal: heading_of(each.goal) for each in goals},
        names=progress.names,
        may_choose=own or actor.coordinator,
        awaited=progress.awaited,
        entries=shown.entries,
        pursued=next((each.goal for each in goals if each.pursued), None),
        states={
            each.entry_id: _state(each) for each in (*shown.entries.entries, *shown.with_others)
        },
        tones={"counted": "good", "pending": "info", "not_counted": "calm"},
        to_confirm=shown.to_confirm,
        more_to_confirm=shown.waiting - len(shown.to_confirm) - len(shown.sent_back),
        sent_back=shown.sent_back,
        with_provider=shown.with_others,
        unrecorded=len(await uow.waiting.unrecorded_of(person_id, uow.now)) if own else 0,
        ages_choices=AGES_CHOICES,
        own=own,
        errors=errors or {},
        typed=typed or {},
        counts=await counts(viewer, uow),
    )


def _state(entry: EntryView) -> tuple[str, str]:
    """Return how the state of an entry is called, and its tone."""
    match entry.status:
        case "withdrawn":
            return "Taken back", "calm"
        case "confirmed":
            return "Confirmed", "good"
        case "returned":
            return "Returned", "warn"
        case _:
            return ("With the provider" if entry.said_first else "To confirm"), "info"
