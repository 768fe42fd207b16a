"""Booking an individual session: whom, which day, which time, and a yes. Made for a phone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from alongside.errors import AlongsideError, Conflict, Forbidden, Invalid, NotFound
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside.zones import zone
from alongside_scheduler.domain.recurrence import FIRST_YEAR, LAST_YEAR
from alongside_scheduler.domain.slots import NotBookable, in_words
from alongside_scheduler.handlers import booking as cases
from alongside_scheduler.handlers import own_sessions as own
from alongside_scheduler.http.days import by_day, month_of, parts_of
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.http.pages.own_sessions import Moving, differs, iso
from alongside_scheduler.http.pages.reading import Typed
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views import availability as views
from alongside_scheduler.views.booking import own_bookings
from alongside_scheduler.views.requests import show_requests

routes = APIRouter(include_in_schema=False)

_FURTHEST = timedelta(days=400)
_ASKED = ("start", "length", "move", "rhythm", "times")
RHYTHMS = [
    ("once", "Just once"),
    ("1", "Every week"),
    ("2", "Every second week"),
]


@routes.get("/book")
async def choose_provider(viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep) -> Response:
    """Show whom one can book, and one's own individual sessions."""
    async with doors.reading(viewer) as uow:
        providers = await views.list_bookable(uow)
        mine = await own_bookings(uow)
        asked = (await show_requests(uow)).asked
    return pages.render(
        "book.html",
        providers=providers,
        mine=mine,
        waiting=[each for each in asked if each.request.status == "open"],
        length_of=lambda each: views.checked_length(each.lengths, None),
        iso=iso,
    )


@routes.get("/book/{person_id}")
async def choose_time(
    person_id: str,
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
    length: str = "",
    day: str = "",
    move: str = "",
) -> Response:
    """Show the days and times of a provider."""
    async with doors.reading(viewer) as uow:
        moving = await _moving(move, uow)
        try:
            bookable, offer = await views.show_bookable(
                person_id, uow, ignoring=_at(moving) if moving else None
            )
            is_preview = False
        except (Forbidden, NotFound):
            if viewer.person_id != person_id:
                raise
            seen = await views.preview(person_id, viewer.name, uow)
            if seen is None:
                raise
            bookable, offer = seen
            is_preview = True
    minutes = moving.minutes if moving else _length(bookable, length)
    there = zone(viewer.zone)
    last = offer.now + timedelta(days=bookable.horizon_days + 1)
    days = by_day(offer.starts(minutes, offer.now, last), there)
    wanted = _day(day, offer.now) or min(days, default=offer.now.astimezone(there).date())
    following = min((each for each in days if each > wanted), default=None)
    return pages.render(
        "book_provider.html",
        bookable=bookable,
        minutes=minutes,
        moving=moving,
        is_preview=is_preview,
        days=days,
        chosen=wanted,
        month=month_of(days, wanted, offer.now.astimezone(there).date()),
        parts=parts_of(days.get(wanted, ()), there),
        following=following,
        differs=differs(offer.now, bookable.zone, viewer.zone),
        here_with=lambda **new: _path(person_id, minutes, moving, new),
        iso=iso,
    )


@routes.get("/book/{person_id}/confirm")
async def confirm(
    person_id: str,
    viewer: CurrentViewer,
    doors: DoorsDep,
    pages: PagesDep,
    start: str = "",
    length: str = "",
    move: str = "",
    rhythm: str = "",
    times: str = "",
) -> Response:
    """Show what would be booked, and ask for a yes."""
    asked = {"start": start, "length": length, "move": move, "rhythm": rhythm, "times": times}
    return await _confirm_page(person_id, viewer, doors, pages, asked)


@routes.post("/book/{person_id}")
async def book(
    person_id: str, request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep
) -> Response:
    """Book, or move what is booked."""
    form = await form_data(request)
    typed = Typed(form)
    move = typed.text("move")
    start = _instant(typed.text("start"))
    try:
        if move:
            series_id, key = _parts(move)
            async with doors.writing(viewer) as uow:
                command = own.MoveBooking(start=start)
                done = await own.move_booking(series_id, key, command, uow)
            said = "Moved. Your provider is told."
        else:
            repeats = typed.text("rhythm") in {"1", "2"}
            asked = cases.Book(
                start=start,
                minutes=typed.number("length"),
                every_weeks=int(typed.text("rhythm")) if repeats else None,
                times=(typed.number("times") or 0) if repeats else 1,
            )
            typed.check()
            async with doors.writing(viewer) as uow:
                done = await cases.book(person_id, asked, uow)
            key = done.occurrences[0].key
            said = "Booked. The invitation is on its way to your mailbox."
    except (Invalid, Conflict) as error:
        return await _confirm_page(
            person_id,
            viewer,
            doors,
            pages,
            {name: typed.text(name) for name in _ASKED},
            error=error,
        )
    if len(done.occurrences) > 1 and not move:
        return redirect(f"/series/{done.series_id}", said)
    return redirect(f"/sessions/{done.series_id}/{key}", said)


async def _confirm_page(
    person_id: str,
    viewer: Viewer,
    doors: Doors,
    pages: Pages,
    asked: dict[str, str],
    *,
    error: AlongsideError | None = None,
) -> Response:
    begins = _instant(asked["start"])
    async with doors.reading(viewer) as uow:
        moving = await _moving(asked["move"], uow)
        bookable, _ = await views.show_bookable(person_id, uow)
    minutes = moving.minutes if moving else _length(bookable, asked["length"])
    kept = {name: asked[name] for name in ("rhythm", "times") if asked[name]}
    return pages.render(
        "book_confirm.html",
        error.status if error else 200,
        bookable=bookable,
        moving=moving,
        minutes=minutes,
        start=begins,
        ends=begins + timedelta(minutes=minutes),
        day_here=begins.astimezone(zone(viewer.zone)).date().isoformat(),
        rhythms=RHYTHMS,
        rhythm=asked["rhythm"] or "once",
        count=asked["times"] or "6",
        differs=differs(begins, bookable.zone, viewer.zone),
        refusal=error if isinstance(error, NotBookable) else None,
        in_words=in_words,
        errors=FormErrors.of(error) if error and not isinstance(error, NotBookable) else {},
        here_with=lambda **new: _path(person_id, minutes, moving, {**kept, **new}),
        iso=iso,
    )


async def _moving(text: str, uow: SchedulerUow) -> Moving | None:
    if not text:
        return None
    series, row, occurrence = await own.own_session(*_parts(text), uow)
    await own.need_time(row, occurrence, uow)
    return Moving(series, occurrence)


def _at(moving: Moving) -> tuple[str, str]:
    return moving.series.series_id, moving.occurrence.key


def _parts(text: str) -> tuple[str, str]:
    series_id, _, key = text.partition(".")
    return series_id, key


def _path(person_id: str, minutes: int, moving: Moving | None, new: dict[str, Any]) -> str:
    page = new.pop("page", "")
    query = {"length": minutes, **({"move": moving.name} if moving else {}), **new}
    return f"/book/{person_id}{page}?{urlencode(query)}"


def _length(bookable: views.Bookable, text: str) -> int:
    minutes = int(text) if text.isdecimal() and int(text) in bookable.lengths else None
    return views.checked_length(bookable.lengths, minutes)


def _day(text: str, now: datetime) -> date | None:
    """Return a day that may be looked at: this month, or what can be booked at all."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if abs(day - now.date()) <= _FURTHEST else None


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotFound("There is no such time. Choose one from the page.") from None
    if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotFound("There is no such time. Choose one from the page.")
    return found.astimezone(UTC)
