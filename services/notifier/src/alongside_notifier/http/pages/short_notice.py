"""Changes at short notice: saying that I saw mine, and who has seen those of my sessions."""

from fastapi import APIRouter
from fastapi.responses import Response

from alongside.contracts import PersonState, SeriesState
from alongside.errors import Gone, NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.short_notice import notices_of, told_of
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.short_notice import change_of
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)


@router.get("/calendar/changes")
async def changes(viewer: CurrentViewer, pages: PagesDep, read: Read) -> Response:
    """Show who has seen what was changed at short notice of the sessions that the viewer leads."""
    return pages.render("short_notices.html", notices=await notices_of(viewer.person_id, read))


@router.get("/answer/{token}/changes")
async def show(token: str, pages: PagesDep, read: Read, desk: TheDesk) -> Response:
    """Show what changed. Mail scanners open links, so nothing is recorded here."""
    person, series = await _asked(token, read, desk)
    rows = await told_of(person.person_id, series, read)
    return pages.render(
        "short_notice.html",
        token=token,
        person=person,
        series=series,
        changes=[(change_of(row), row.seen_at) for row in rows],
        unseen=any(row.seen_at is None for row in rows),
        association=await read.people.association_name(),
    )


@router.post("/answer/{token}/changes")
async def seen(token: str, read: Read, open_write: OpenWrite, desk: TheDesk) -> Response:
    """Record that they saw all of it."""
    person, series = await _asked(token, read, desk)
    async with open_write() as uow:
        await uow.short_notice.seen(
            person.person_id, series.series_id, uow.now, key=None, at=uow.now
        )
        await uow.commit()
    return redirect(f"/answer/{token}/changes", "Thank you. Your provider can see it.")


async def _asked(token: str, read: NotifierUow, desk: Desk) -> tuple[PersonState, SeriesState]:
    who = desk.read_answer_token(token)
    if who is None:
        raise NotFound("This link is not complete. Please open it from the mail once more.")
    person, series = await read.people.get(who[0]), await read.series.get(who[1])
    if person is None or series is None:
        raise NotFound
    if person.left_at is not None:
        raise Gone("This link is no longer valid.")
    return person, series
