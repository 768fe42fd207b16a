"""JSON routes of changes at short notice."""

from fastapi import APIRouter, Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_notifier.handlers.short_notice import notices_of
from alongside_notifier.http.models import ChangeView, Witness
from alongside_notifier.http.reading import Read
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["notifier"])


@router.get("/changes")
async def changes(viewer: CurrentViewer, read: Read) -> list[ChangeView]:
    """Return what was changed at short notice of the sessions I lead, and who has seen it."""
    return [
        ChangeView(
            series_id=notice.series.series_id,
            occurrence_key=notice.change.key,
            title=notice.series.title,
            was_at=notice.change.was_at,
            now_at=notice.change.now_at,
            people=[
                Witness(person_id=each.person_id, name=each.name, seen_at=each.seen_at)
                for each in notice.people
            ],
        )
        for notice in await notices_of(viewer.person_id, read)
    ]


@router.post("/changes/{series_id}/seen", status_code=204)
async def seen(series_id: str, viewer: CurrentViewer, write: Write) -> Response:
    """Say that I saw what I was told of a series at short notice."""

    async def kept(uow: NotifierUow) -> None:
        await uow.short_notice.seen(viewer.person_id, series_id, uow.now, key=None, at=uow.now)

    return await write(kept)
