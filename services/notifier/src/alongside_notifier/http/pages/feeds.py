"""One feed and what it shows, and more feeds beside the own one."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from alongside.errors import AlongsideError, Invalid, NotFound
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside.web.qr import qr_code
from alongside_notifier.desk import Desk
from alongside_notifier.domain import wording
from alongside_notifier.domain.feeds import NO_ALARM
from alongside_notifier.domain.words import NAMES, language_of
from alongside_notifier.handlers.feeds import groups_of, kind_of, rotate_feed
from alongside_notifier.handlers.more_feeds import (
    Wanted,
    add_feed,
    choose_feed,
    own_or_not_found,
)
from alongside_notifier.http.feed_view import DETAILS, Feed, feed_shown
from alongside_notifier.http.feeds_api import end_old
from alongside_notifier.http.pages.preferences import alarms_offered
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_LEAD = "lead:"
"""Before a group in the form, where all of it is wanted by whoever leads it."""

_OFFICE = "office:"

SAID_NEW_ADDRESS = {
    False: "Here is the new address. The old one goes on for 30 days.",
    True: "Here is the new address. The old one no longer works.",
}


def code_of(feed: Feed) -> Markup:
    """Return the drawing that a phone's camera reads; nothing where there is no address to show."""
    if feed.ways is None:
        return Markup()
    return qr_code(feed.ways.webcal, "The address of this feed, for the camera of a phone")


@router.get("/calendar/feeds/new")
async def another(viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk) -> Response:
    """Ask what another feed is to show."""
    context = await _choices(viewer, read, desk)
    return pages.render("feed_new.html", **context, typed={}, errors=None)


@router.post("/calendar/feeds")
async def add(
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Make another feed."""
    form = await form_data(request)
    try:
        async with open_write() as uow:
            person = await uow.people.get(viewer.person_id)
            if person is None:
                raise NotFound
            feed = await add_feed(person, _wanted(form), uow, desk)
            await uow.commit()
    except AlongsideError as error:
        context = await _choices(viewer, read, desk)
        errors = FormErrors.of(error)
        return pages.render("feed_new.html", error.status, **context, typed=form, errors=errors)
    return redirect(f"/calendar/feeds/{feed.id}", "Here is the address of your new feed.")


@router.get("/calendar/feeds/{feed_id}")
async def one_feed(
    feed_id: str, viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show one feed: its address, what it shows, who fetches it."""
    row = await own_or_not_found(feed_id, viewer.person_id, read)
    feed = await feed_shown(row, read, desk)
    context = await _choices(viewer, read, desk, feed)
    return pages.render("feed.html", feed=feed, code=code_of(feed), **context)


@router.post("/calendar/feeds/{feed_id}")
async def choose(
    feed_id: str,
    request: Request,
    viewer: CurrentViewer,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Choose what a feed shows."""
    form = await form_data(request)
    async with open_write() as uow:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        feed = await own_or_not_found(feed_id, viewer.person_id, uow)
        wanted = replace(_wanted(form), group_id=feed.group_id, kind=kind_of(feed))
        await choose_feed(feed, person, wanted, uow, desk)
        await uow.commit()
    return redirect(f"/calendar/feeds/{feed_id}", "Saved. Calendars show it when they next look.")


@router.post("/calendar/feeds/{feed_id}/rotate")
async def rotate(
    feed_id: str, request: Request, viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk
) -> Response:
    """Give a feed a new address."""
    form = await form_data(request)
    async with open_write() as uow:
        feed = await own_or_not_found(feed_id, viewer.person_id, uow)
        await rotate_feed(feed, uow, desk, at_once=form.is_on("at_once"))
        await uow.commit()
    return redirect(f"/calendar/feeds/{feed_id}", SAID_NEW_ADDRESS[form.is_on("at_once")])


@router.post("/calendar/feeds/{feed_id}/revoke")
async def revoke(feed_id: str, viewer: CurrentViewer, open_write: OpenWrite) -> Response:
    """Take a feed back."""
    async with open_write() as uow:
        feed = await own_or_not_found(feed_id, viewer.person_id, uow)
        await uow.feeds.revoke(feed.id, uow.now)
        await uow.commit()
    return redirect("/calendar", "The feed is gone. Its address no longer works.")


@router.post("/calendar/feeds/{feed_id}/end")
async def end(
    feed_id: str, request: Request, viewer: CurrentViewer, open_write: OpenWrite
) -> Response:
    """End an address that was replaced, before its time is over."""
    form = await form_data(request)
    generation = form.text("generation")
    if not generation.isdigit():
        raise Invalid("Say which address.", field="generation")
    async with open_write() as uow:
        await end_old(feed_id, int(generation), viewer.person_id, uow)
        await uow.commit()
    back = form.text("back")
    there = back if back == "/calendar" else f"/calendar/feeds/{feed_id}"
    return redirect(there, "The old address no longer works.")


async def _choices(
    viewer: Viewer, read: NotifierUow, desk: Desk, feed: Feed | None = None
) -> dict[str, Any]:
    chosen = await read.people.preferences(viewer.person_id)
    own = int(feed.alarm) if feed and feed.alarm.isdecimal() else None
    return {
        "languages": [*NAMES.items()],
        "usual_language": NAMES[desk.words(chosen.language).language],
        "alarms": [(NO_ALARM, "No alarm"), *alarms_offered(own)]
        if feed is None or feed.kind != "lead"
        else alarms_offered(own),
        "usual_alarm": _alarm_said(chosen),
        "details": [(key, *words) for key, words in DETAILS.items()],
        "groups": [*(await groups_of(viewer.person_id, read)).items()],
        "office": [(_OFFICE, "Deadlines and confirmations, in numbers")]
        if viewer.is_coordinator
        else [],
        "led": [
            (f"{_LEAD}{group_id}", f"{title}: all sessions, and how many said yes")
            for group_id, title in (await groups_of(viewer.person_id, read, led=True)).items()
        ],
    }


def _alarm_said(chosen: Preferences) -> str:
    minutes = chosen.alarm_minutes
    if minutes is None:
        return "no alarm"
    return f"{wording.stretch(minutes)} before" if minutes else "when it begins"


def _wanted(form: Form) -> Wanted:
    detail = form.text("detail", "full")
    if detail not in DETAILS:
        raise Invalid("Choose how much it shows.", field="detail")
    chosen = form.text("group_id")
    if chosen == _OFFICE:
        return Wanted(kind="office", language=language_of(form.text("language")))
    leads = chosen.startswith(_LEAD)
    return Wanted(
        detail,
        form.is_on("hours"),
        chosen.removeprefix(_LEAD),
        "lead" if leads else "more",
        language_of(form.text("language")),
        form.text("alarm"),
    )
