"""Calendar apps: the address of my feed, and my next sessions with my answers."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import AlongsideError, Invalid, NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.forms import form_data
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.domain.answers import Answer
from alongside_notifier.handlers.answers import answer_on_page
from alongside_notifier.handlers.feeds import revoke_feed, rotate_feed
from alongside_notifier.handlers.more_feeds import switch_on
from alongside_notifier.handlers.short_notice import notices_of, unseen_by
from alongside_notifier.http.agenda import agenda_of
from alongside_notifier.http.feed_view import feed_shown
from alongside_notifier.http.pages.feeds import SAID_NEW_ADDRESS, code_of
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.short_notice import change_of

router = APIRouter(include_in_schema=False)

ANSWERS = ("accepted", "tentative", "declined")
_SHOWN = 20


@router.get("/calendar")
async def my_calendar(
    viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show the feed and the sessions to come."""
    row = await read.feeds.current(viewer.person_id)
    feed = await feed_shown(row, read, desk) if row else None
    led = await notices_of(viewer.person_id, read)
    return pages.render(
        "calendar.html",
        feed=feed,
        code=code_of(feed) if feed else None,
        more=[
            await feed_shown(each, read, desk) for each in await read.feeds.more(viewer.person_id)
        ],
        agenda=await agenda_of(viewer.person_id, read, limit=_SHOWN),
        led=len(led),
        unseen=sum(len(each.people) - each.seen for each in led),
        mine=[
            (change_of(row), series, desk.answer_token(viewer.person_id, series.series_id))
            for row, series in await unseen_by(viewer.person_id, read)
        ],
        known=await read.people.get(viewer.person_id) is not None,
    )


@router.post("/calendar/rotate")
async def rotate(
    request: Request, viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk
) -> Response:
    """Give the person's own feed a new address."""
    form = await form_data(request)
    async with open_write() as uow:
        feed = await uow.feeds.current(viewer.person_id)
        if feed is None:
            raise NotFound
        await rotate_feed(feed, uow, desk, at_once=form.is_on("at_once"))
        await uow.commit()
    return redirect("/calendar", SAID_NEW_ADDRESS[form.is_on("at_once")])


@router.post("/calendar/revoke")
async def revoke(viewer: CurrentViewer, open_write: OpenWrite) -> Response:
    """Take the feed's addresses back."""
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
        await switch_on(person, uow, desk)
        await uow.commit()
    return redirect("/calendar", "Here is the address of your feed.")


@router.post("/calendar/answer")
async def answer(
    request: Request, viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk
) -> Response:
    """Answer for one session, or for a series."""
    form = await form_data(request)
    chosen = checked_answer(form.text("answer"))
    try:
        async with open_write() as uow:
            await answer_on_page(
                viewer.person_id, form.text("series"), form.text("key") or None, chosen, uow, desk
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
