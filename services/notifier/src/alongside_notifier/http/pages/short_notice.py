"""Changes at short notice: saying that I saw mine, and who has seen those of my sessions."""

from fastapi import APIRouter
from fastapi.responses import Response

from alongside.web.auth import CurrentViewer
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.handlers.short_notice import notices_of, told_of
from alongside_notifier.http.answer_words import answer_words
from alongside_notifier.http.pages.answer import asked_by, gone, said_in
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.short_notice import change_of

router = APIRouter(include_in_schema=False)


@router.get("/calendar/changes")
async def changes(viewer: CurrentViewer, pages: PagesDep, read: Read) -> Response:
    """Show who has seen what was changed at short notice of the sessions that the viewer leads."""
    return pages.render("short_notices.html", notices=await notices_of(viewer.person_id, read))


@router.get("/answer/{token}/changes")
async def show(token: str, pages: PagesDep, read: Read, desk: TheDesk) -> Response:
    """Show what changed. Mail scanners open links, so nothing is recorded here."""
    asked = await asked_by(token, read, desk)
    if asked.person.left_at is not None:
        return gone(asked.words, pages)
    rows = await told_of(asked.person.person_id, asked.series, read)
    return pages.render(
        "short_notice.html",
        token=token,
        person=asked.person,
        title=asked.title,
        changes=[(change_of(row), row.seen_at) for row in rows],
        unseen=any(row.seen_at is None for row in rows),
        association=await read.people.association_name(),
        **said_in(asked.words),
    )


@router.post("/answer/{token}/changes")
async def seen(
    token: str, pages: PagesDep, read: Read, open_write: OpenWrite, desk: TheDesk
) -> Response:
    """Record that they saw all of it."""
    asked = await asked_by(token, read, desk)
    if asked.person.left_at is not None:
        return gone(asked.words, pages)
    async with open_write() as uow:
        await uow.short_notice.seen(
            asked.person.person_id, asked.series.series_id, uow.now, key=None, at=uow.now
        )
        await uow.commit()
    return redirect(f"/answer/{token}/changes", answer_words(asked.words.language).thanks)
