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
from alongside_logbook.http.pages.goals import shown_goal
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import entries_page, entry_views
from alongside_logbook.views.progress import progress_view

router = APIRouter(include_in_schema=False)

_PER_PAGE = 25

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
) -> Response:
    """Show somebody's hours: one's own, or of a person one may see."""
    return await _hours(pages, viewer, uow, actor, person or viewer.person_id, page=page)


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
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    own = person_id == viewer.person_id
    shown = await progress_view(person_id, actor, uow)
    goals = [shown_goal(goal) for goal in shown.goals]
    entries = await entries_page(person_id, actor, uow, page=page, size=_PER_PAGE)
    waiting = await entry_views(await uow.entries.unconfirmed_of(person_id), actor, uow)
    return pages.render(
        "hours.html",
        status=status,
        person=shown.person,
        first=goals[0],
        others=goals[1:],
        headings={goal.goal: goal.heading for goal in goals},
        names=shown.names,
        may_choose=own or actor.coordinator,
        awaited=shown.awaited,
        entries=entries,
        to_confirm=[
            entry
            for entry in waiting
            if entry.awaits and entry.awaits.person_id == person_id and entry.status == "recorded"
        ],
        sent_back=[
            entry
            for entry in waiting
            if entry.awaits and entry.awaits.person_id == person_id and entry.status == "returned"
        ],
        with_provider=[
            entry for entry in waiting if entry.awaits and entry.awaits.person_id != person_id
        ],
        unrecorded=len(await uow.waiting.unrecorded_of(person_id, uow.now)) if own else 0,
        ages_choices=AGES_CHOICES,
        own=own,
        errors=errors or {},
        typed=typed or {},
        counts=await counts(viewer, uow),
    )
