"""One's own individual session: to be moved or cancelled, while there is time to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web import times
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_scheduler.domain.availability import may_change
from alongside_scheduler.handlers import own_sessions as cases
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.store.availability import rules_of

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Moving:
    """A session of one's own that is about to be moved."""

    series: SeriesState
    occurrence: Occurrence

    @property
    def name(self) -> str:
        """How the address of a page says it."""
        return f"{self.series.series_id}.{self.occurrence.key}"

    @property
    def minutes(self) -> int:
        """How long it lasts; moving keeps that."""
        return int((self.occurrence.ends_at - self.occurrence.starts_at).total_seconds()) // 60


@routes.get("/book/change/{series_id}/{key}")
async def change(
    series_id: str, key: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Show what can be done with a session of one's own."""
    try:
        return await _change_page(series_id, key, viewer, doors, pages)
    except Conflict as error:
        return redirect(f"/sessions/{series_id}/{key}", error.detail, "info")


@routes.post("/book/change/{series_id}/{key}/cancel")
async def cancel(
    series_id: str,
    key: str,
    request: Request,
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
) -> Response:
    """Cancel a session of one's own."""
    form = await form_data(request)
    try:
        Typed(form).confirmed()
        async with doors.writing(viewer) as uow:
            await cases.cancel_booking(series_id, key, uow, later_too=form.text("which") == "later")
    except (Invalid, Conflict) as error:
        return await _change_page(series_id, key, viewer, doors, pages, error=error)
    return redirect("/book", "Cancelled. Your provider is told.")


async def _change_page(
    series_id: str,
    key: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    *,
    error: AlongsideError | None = None,
) -> Response:
    async with doors.reading(viewer) as uow:
        series, row, occurrence = await cases.own_session(series_id, key, uow)
        names = await uow.people.named([row.provider_id])
        later = cases.later_ones(series, key, uow.now)
        in_time = may_change(rules_of(row), occurrence.starts_at, uow.now)
    return pages.render(
        "book_change.html",
        error.status if error else 200,
        moving=Moving(series, occurrence),
        provider_id=row.provider_id,
        provider=names[row.provider_id].name,
        cancel_hours=row.cancel_hours,
        in_time=in_time,
        later=len(later),
        differs=differs(occurrence.starts_at, row.zone, viewer.zone),
        place=series.place,
        link=series.link,
        until=occurrence.starts_at - timedelta(hours=row.cancel_hours),
        errors=FormErrors.of(error) if error else {},
    )


def iso(instant: datetime) -> str:
    """Return an instant as addresses and forms carry it."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def differs(instant: datetime, one: str, other: str) -> bool:
    """Tell whether two zones show other times at an instant."""
    return times.clock(instant, one) != times.clock(instant, other) or times.day(
        instant, one
    ) != times.day(instant, other)
