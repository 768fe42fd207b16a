"""One entry: what it is, whose words stand behind it, everything that ever happened, and what is next."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from alongside.errors import Conflict, Invalid
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.attendance import CORRECTION_REASONS, PRESENCES, Departure
from alongside_logbook.domain.entry import OUTSIDE
from alongside_logbook.domain.override import OVERRIDES
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attended import TakeBack, take_back_entry
from alongside_logbook.handlers.confirmation import (
    ConfirmEntries,
    ReturnEntry,
    confirm_entries,
    return_entry,
)
from alongside_logbook.handlers.override import StandIn, override_entry
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import (
    AGES,
    AGES_CHOICES,
    MODES,
    counts,
    entries_seen,
    whole_number,
)
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import EntryView, entry_history

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Path(max_length=64)]


@router.get("/hours/{entry_id}")
async def entry_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, entry_id: Id
) -> Response:
    """Show one entry, everything that ever happened to it, and the proof."""
    return await _page(pages, viewer, actor, uow, entry_id)


@router.post("/hours/{entry_id}/stand-behind")
async def stand_behind_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep,
    entry_id: Id,
) -> Response:  # fmt: skip
    """Confirm, as whoever led the session, what the supervisee said first."""
    form = await form_data(request)
    try:
        command = ConfirmEntries(entries=entries_seen(form))
        async with doors.writing() as uow:
            await confirm_entries(command, actor, uow)
    except (Invalid, Conflict) as error:
        return await _again(pages, viewer, doors, actor, entry_id, error)
    return redirect(_back_to(form, entry_id), "Confirmed. Both of you stand behind it now.")


@router.post("/hours/{entry_id}/hand-back")
async def hand_back_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep,
    entry_id: Id,
) -> Response:  # fmt: skip
    """Return to the supervisee, with a reason, what they said first."""
    form = await form_data(request)
    command = ReturnEntry(entry_id=entry_id, reason=form.text("reason"), version=_version(form))
    try:
        async with doors.writing() as uow:
            await return_entry(command, actor, uow)
    except (Invalid, Conflict) as error:
        return await _again(pages, viewer, doors, actor, entry_id, error, form)
    return redirect(_back_to(form, entry_id), "Sent back, with your reason.")


@router.post("/hours/{entry_id}/take-back")
async def take_back_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep,
    entry_id: Id,
) -> Response:  # fmt: skip
    """Take back what oneself said of a session."""
    form = await form_data(request)
    command = TakeBack(entry_id=entry_id, version=_version(form))
    try:
        async with doors.writing() as uow:
            await take_back_entry(command, actor, uow)
    except (Invalid, Conflict) as error:
        return await _again(pages, viewer, doors, actor, entry_id, error, form)
    return redirect("/hours/unrecorded", "Taken back. It counts for nothing; its history is kept.")


@router.post("/hours/{entry_id}/override")
async def override_page(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep,
    entry_id: Id,
) -> Response:  # fmt: skip
    """Stand in, as a coordinator, for a provider who cannot or will not give their word."""
    form = await form_data(request)
    try:
        command = _stand_in(form)
        async with doors.writing() as uow:
            done = await override_entry(entry_id, command, actor, uow)
    except (Invalid, Conflict) as error:
        return await _again(pages, viewer, doors, actor, entry_id, error, form)
    return redirect(
        f"/hours/{entry_id}",
        "Your word stands in the place of the provider, and is marked as such."
        + ("" if done.status == "confirmed" else " The person is asked to confirm."),
    )


async def _again(
    pages: PagesDep,
    viewer: Viewer,
    doors: DoorsDep,
    actor: Actor,
    entry_id: str,
    error: Invalid | Conflict,
    typed: Form | None = None,
) -> Response:
    async with doors.reading() as uow:
        return await _page(
            pages, viewer, actor, uow, entry_id,
            errors=FormErrors.of(error), typed=typed, status=error.status,
        )  # fmt: skip


async def _page(
    pages: PagesDep,
    viewer: Viewer,
    actor: Actor,
    uow: LogbookUow,
    entry_id: str,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    found = await entry_history(entry_id, actor, uow)
    entry = found.entry
    planned = entry.occurrence_key != OUTSIDE
    leads = planned and await uow.sessions.is_leader(viewer.person_id, entry.series_id)
    provider = leads or entry.provider.person_id == viewer.person_id
    own = entry.supervisee.person_id == viewer.person_id
    return pages.render(
        "entry.html",
        status=status,
        found=found,
        entry=entry,
        presences=PRESENCES,
        corrections=CORRECTION_REASONS,
        overrides=OVERRIDES,
        modes=MODES,
        ages=AGES,
        ages_choices=AGES_CHOICES,
        own=own,
        planned=planned,
        can_correct=planned and not own and (leads or viewer.is_coordinator),
        can_stand_behind=provider and not own and entry.said_first and entry.status == "recorded",
        can_take_back=own and planned and entry.said_first,
        can_override=viewer.is_coordinator and not own and not provider and _lacks_provider(entry),
        errors=errors or {},
        typed=typed or Form(),
        counts=await counts(viewer, uow),
    )


def _lacks_provider(entry: EntryView) -> bool:
    """Tell whether the provider's word is what is missing."""
    return entry.status == "returned" or (entry.status == "recorded" and entry.said_first)


def _back_to(form: Form, entry_id: str) -> str:
    return "/attendance" if form.text("back") == "attendance" else f"/hours/{entry_id}"


def _version(form: Form) -> int | None:
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _stand_in(form: Form) -> StandIn:
    errors = FormErrors()
    why = next((each for each in OVERRIDES if each == form.text("why")), None)
    if why is None:
        errors.add("why", "Choose why the word of the provider is missing.")
    minutes = whole_number(form, "minutes", errors)
    errors.raise_if_any()
    assert why is not None  # noqa: S101  # said above
    return StandIn(
        why=why,
        evidence=form.text("evidence")[:2000],
        version=_version(form),
        attendance=None
        if minutes is None
        else Departure(person_id="-", presence="part", minutes=minutes),
    )
