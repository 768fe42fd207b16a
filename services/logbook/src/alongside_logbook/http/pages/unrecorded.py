"""Sessions that nobody recorded: the supervisee says first that they were there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alongside.errors import Conflict, Invalid, NotFound
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attended import SayAttended, say_attended
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.common import (
    AGES_CHOICES,
    MODES,
    ages_chosen,
    counts,
    whole_number,
)
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.unrecorded import unrecorded_view

router = APIRouter(include_in_schema=False)


@router.get("/hours/unrecorded")
async def unrecorded_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    again: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Show sessions that are over and that nobody recorded, each with one tap to say so."""
    return await _page(pages, viewer, actor, uow, again=again)


@router.post("/hours/unrecorded")
async def say_page(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
) -> Response:
    """Say that one attended what is ticked; all of it, or nothing."""
    form = await form_data(request)
    errors = FormErrors()
    try:
        said = [_said(form, place, errors) for place in form.many("session") if place]
        if not said:
            errors.add("_", "Tick the sessions you were at.")
        errors.raise_if_any()
        async with doors.writing() as uow:
            done = [await _say(place, command, actor, uow) for place, command in said]
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _page(
                pages, viewer, actor, uow,
                errors=FormErrors.of(error), typed=form, status=error.status,
            )  # fmt: skip
    names = sorted({entry for entry in done if entry})
    asked = say_count(len(done), "session")
    return redirect(
        "/hours/unrecorded",
        f"{asked} noted. " + ("Your provider is asked to confirm." if names else "Confirmed."),
    )


async def _say(place: str, command: SayAttended, actor: Actor, uow: LogbookUow) -> str:
    """Say one session; return who is awaited for it, and speak of the session where it is refused."""
    try:
        return (await say_attended(command, actor, uow)).awaits or ""
    except Invalid as error:
        raise Invalid.many(
            {f"minutes-{place}": next(iter(error.fields.values()), error.detail)}
        ) from error


def _said(form: Form, place: str, errors: FormErrors) -> tuple[str, SayAttended]:
    series_id, _, key = place.rpartition("/")
    if not 0 < len(series_id) <= 64 or not 0 < len(key) <= 16:  # noqa: PLR2004  # as the columns have it
        raise NotFound("There is no such session.")
    minutes = whole_number(form, f"minutes-{place}", errors)
    other = whole_number(form, f"other-{place}", errors)
    about = whole_number(form, f"about-{place}", errors)
    mode = form.text(f"mode-{place}")
    return place, SayAttended(
        series_id=series_id,
        key=key,
        presence="present" if minutes is None else "part",
        minutes=minutes,
        other_minutes=other or 0,
        about_rsc_minutes=about or 0,
        ages=ages_chosen(form, "ages", errors),
        mode=next((each for each in MODES if each == mode), None),
    )


async def _page(
    pages: PagesDep,
    viewer: Viewer,
    actor: Actor,
    uow: LogbookUow,
    *,
    again: str | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    shown = await unrecorded_view(actor, uow)
    ages = typed.text("ages") if typed else ",".join(shown.ages)
    return pages.render(
        "unrecorded.html",
        status=status,
        shown=shown,
        again=next((entry for entry in shown.said if entry.entry_id == again), None),
        ticked=set(typed.many("session")) if typed else set(),
        ages=ages,
        ages_choices=AGES_CHOICES,
        modes=list(MODES.items()),
        errors=errors or {},
        typed=typed or Form(),
        counts=await counts(viewer, uow),
    )
