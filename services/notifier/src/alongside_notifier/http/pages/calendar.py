"""Calendar apps: the address of my feed, and my next sessions with my answers."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import AlongsideError, Invalid, NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.forms import form_data
from alongside.web.pages import PagesDep, redirect
from alongside.web.qr import qr_code
from alongside_notifier.domain.answers import Answer
from alongside_notifier.handlers.answers import answer_on_page
from alongside_notifier.handlers.feeds import ensure_feed, revoke_feed, rotate_feed
from alongside_notifier.http.agenda import agenda_of
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.http.subscribe import ways_to

router = APIRouter(include_in_schema=False)

ANSWERS = ("accepted", "tentative", "declined")
_SHOWN = 20


@router.get("/calendar")
async def my_calendar(
    viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show the feed and the sessions to come."""
    feed = await read.feeds.current(viewer.person_id)
    association = await read.people.association_name()
    ways = code = None
    fetches = []
    if feed is not None:
        ways = ways_to(desk.feed_url(feed.id, feed.generation), f"{association}: my supervision")
        code = qr_code(ways.webcal, "The address of your feed, for the camera of a phone")
        fetches = [(row.agent, row.fetched_at) for row in await read.feeds.fetches(feed.token_hash)]
    return pages.render(
        "calendar.html",
        feed=feed,
        ways=ways,
        code=code,
        fetches=fetches,
        agenda=await agenda_of(viewer.person_id, read, limit=_SHOWN),
        known=await read.people.get(viewer.person_id) is not None,
    )


@router.post("/calendar/rotate")
async def rotate(viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk) -> Response:
    """Give the feed a new address."""
    async with open_write() as uow:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        await rotate_feed(person, uow, desk)
        await uow.commit()
    return redirect("/calendar", "Your feed has a new address. The old one no longer works.")


@router.post("/calendar/revoke")
async def revoke(viewer: CurrentViewer, open_write: OpenWrite) -> Response:
    """Take the feed's address back."""
    async with open_write() as uow:
        await revoke_feed(viewer.person_id, uow)
        await uow.commit()
    return redirect("/calendar", "Your feed is switched off. Its address no longer works.")


@router.post("/calendar/make")
async def make(viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk) -> Response:
    """Have a feed again."""
    async with open_write() as uow:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        await ensure_feed(person, uow, desk)
        await uow.commit()
    return redirect("/calendar", "Here is the address of your feed.")


@router.post("/calendar/answer")
async def answer(request: Request, viewer: CurrentViewer, open_write: OpenWrite) -> Response:
    """Answer for one session, or for a series."""
    form = await form_data(request)
    chosen = checked_answer(form.text("answer"))
    try:
        async with open_write() as uow:
            await answer_on_page(
                viewer.person_id, form.text("series"), form.text("key") or None, chosen, uow
            )
            await uow.commit()
    except AlongsideError as error:
        return redirect("/calendar", error.detail, "warn")
    return redirect("/calendar", SAID[chosen])


SAID = {
    "accepted": "Noted: you will be there.",
    "tentative": "Noted: maybe.",
    "declined": "Noted: you cannot come.",
}


def checked_answer(text: str) -> Answer:
    """Return an answer that may be given on a page."""
    if text not in ANSWERS:
        raise Invalid("Choose one of the three answers.", field="answer")
    return cast("Answer", text)
