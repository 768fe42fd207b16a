"""The calendar: a month, a week, or a list, in the zone of whoever looks."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from alongside.errors import Invalid, NotFound
from alongside.web import times
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.pages import Pages, PagesDep
from alongside.zones import zone
from alongside_scheduler.domain.month import (
    FIRST_YEAR,
    LAST_YEAR,
    Month,
    Week,
    by_day,
    clock_changes,
    first_weekday,
    midnight,
    week_rows,
)
from alongside_scheduler.http import words
from alongside_scheduler.http.doors import Doors, DoorsDep
from alongside_scheduler.store.calendar import Choice
from alongside_scheduler.views import calendar as views

routes = APIRouter(include_in_schema=False)

_AGENDA_DAYS = 28


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a page of the calendar shows: days, and where its neighbours are."""

    view: str
    name: str
    first: date
    last: date
    before: str
    after: str


@routes.get("/schedule")
async def schedule(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, show: str = ""
) -> Response:
    """Show the calendar as it suits the device: on a phone as a list, else this month."""
    today = _today(viewer, doors)
    if "Mobi" in request.headers.get("user-agent", ""):
        return await _page(_agenda(today), viewer, doors, pages, show)
    return await _page(_month(Month.of(today)), viewer, doors, pages, show)


@routes.get("/schedule/month/{month}")
async def month(
    month: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, show: str = ""
) -> Response:
    """Show a month as a table of weeks."""
    return await _page(_month(Month.parsed(month)), viewer, doors, pages, show)


@routes.get("/schedule/week/{week}")
async def week(
    week: str, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, show: str = ""
) -> Response:
    """Show a week as a table of hours."""
    return await _page(_week(Week.parsed(week)), viewer, doors, pages, show)


@routes.get("/schedule/agenda")
async def agenda(
    request: Request, viewer: CurrentViewer, doors: DoorsDep, pages: PagesDep, show: str = ""
) -> Response:
    """Show four weeks from a day on as a list."""
    asked = request.query_params.get("from", "")
    try:
        first = date.fromisoformat(asked) if asked else _today(viewer, doors)
    except ValueError:
        first = date.min
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise NotFound("There is no such day here. Write it as 2026-11-21.")
    return await _page(_agenda(first), viewer, doors, pages, show)


async def _page(
    stretch: Stretch, viewer: Viewer, doors: Doors, pages: Pages, show: str
) -> Response:
    at = zone(viewer.zone)
    async with doors.reading(viewer) as uow:
        try:
            shown = views.Show.parsed(show, uow)
        except Invalid as error:
            raise NotFound(error.detail) from error
        found = await views.list_schedule(uow, stretch.first, stretch.last, at, shown)
        choices = await views.choices_of(uow)
        following = None
        if not found:
            end = midnight(stretch.last + timedelta(days=1), at)
            following = await views.next_after(uow, max(end, uow.now), shown)
        today = uow.now.astimezone(at).date()
    days = by_day(found, at)
    suffix = f"show={shown.what}" + (f"%3A{shown.id}" if shown.id else "") if show else ""
    links = Links(suffix)
    options = _options(choices, viewer)
    return pages.render(
        "calendar.html",
        stretch=stretch,
        zone_words=_zone_words(stretch, viewer.zone),
        today=today,
        days=days,
        total=len(found),
        following=following,
        next_day=following.starts_at.astimezone(at).date() if following else None,
        kinds=sorted({_kind(each) for each in found}),
        shown=str(shown),
        options=options,
        groups=[(heading, some) for heading, some in options.items() if heading],
        links=links,
        tabs=_tabs(stretch, today, links),
        answers=words.ANSWERS,
        **_table(stretch, days),
    )


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses within the calendar that keep what is shown."""

    suffix: str

    def to(self, path: str) -> str:
        """Return an address."""
        if not self.suffix:
            return path
        return f"{path}{'&' if '?' in path else '?'}{self.suffix}"

    def day(self, day: date) -> str:
        """Return where a day is listed."""
        return self.to(f"/schedule/agenda?{urlencode({'from': day.isoformat()})}")

    def now(self, view: str, day: date) -> str:
        """Return where a day lies in a view."""
        if view == "month":
            return self.to(f"/schedule/month/{Month.of(day)}")
        if view == "week":
            return self.to(f"/schedule/week/{Week.of(day, first_weekday(words.LOCALE))}")
        return self.day(day)


def _table(stretch: Stretch, days: dict[date, Any]) -> dict[str, Any]:
    if stretch.view == "month":
        weeks = Month.of(stretch.first + timedelta(days=7)).weeks(first_weekday(words.LOCALE))
        return {"weeks": weeks, "month": Month.of(stretch.first + timedelta(days=7))}
    if stretch.view == "week":
        shown = [stretch.first + timedelta(days=number) for number in range(7)]
        return {"week": shown, "rows": week_rows(shown, days)}
    return {}


def _month(month: Month) -> Stretch:
    weeks = month.weeks(first_weekday(words.LOCALE))
    return Stretch(
        view="month",
        name=month.name,
        first=weeks[0][0],
        last=weeks[-1][-1],
        before=f"/schedule/month/{month.before}",
        after=f"/schedule/month/{month.after}",
    )


def _week(week: Week) -> Stretch:
    first = first_weekday(words.LOCALE)
    days = week.days(first)
    return Stretch(
        view="week",
        name=_days_named(days[0], days[-1]),
        first=days[0],
        last=days[-1],
        before=f"/schedule/week/{Week.of(days[0] - timedelta(days=1), first)}",
        after=f"/schedule/week/{Week.of(days[-1] + timedelta(days=1), first)}",
    )


def _agenda(first: date) -> Stretch:
    step = timedelta(days=_AGENDA_DAYS)
    return Stretch(
        view="agenda",
        name=f"From {first:%B} {first.day}, {first.year}",
        first=first,
        last=first + step - timedelta(days=1),
        before=f"/schedule/agenda?from={first - step}",
        after=f"/schedule/agenda?from={first + step}",
    )


def _days_named(first: date, last: date) -> str:
    """Return `November 15 to 21, 2026`."""
    end = (
        f"{last.day}, {last.year}"
        if first.month == last.month
        else f"{last:%B} {last.day}, {last.year}"
    )
    year = "" if first.year == last.year else f", {first.year}"
    return f"{first:%B} {first.day}{year} to {end}"


def _tabs(stretch: Stretch, today: date, links: Links) -> list[tuple[str, str]]:
    """Return the three views of where one is: of today if that is on the page."""
    inside = stretch.first <= today <= stretch.last
    if stretch.view == "month":
        middle = stretch.first + timedelta(days=7)
        there = today if inside and today.month == middle.month else middle.replace(day=1)
    else:
        there = today if inside else stretch.first
    return [(view, links.now(view, there)) for view in ("month", "week", "agenda")]


def _options(choices: list[Choice], viewer: Viewer) -> dict[str, list[tuple[str, str]]]:
    """Return what can be shown alone, by heading."""
    whole = [("mine", "My own")] + ([("all", "Everything")] if viewer.is_coordinator else [])
    found = {"": whole}
    for heading, what in (("Groups", "group"), ("Led by", "provider")):
        some = [(f"{what}:{each.id}", each.name) for each in choices if each.what == what]
        if some:
            found[heading] = some
    return found


def _kind(each: views.ScheduleItem) -> str:
    return "visit" if each.purpose == "consultation" else each.kind


def _zone_words(stretch: Stretch, name: str) -> str:
    """Return in which zone the times are, and where the clocks change meanwhile."""
    at = zone(name)
    words = f"Times in {name.replace('_', ' ')}"
    changes = clock_changes(stretch.first, stretch.last, at)
    if changes:
        return f"{words}. The clocks change on {', '.join(times.day(each) for each in changes)}."
    return f"{words}, {times.zone_name(midnight(stretch.first, at), at)}"


def _today(viewer: Viewer, doors: Doors) -> date:
    return doors.clock.now().astimezone(zone(viewer.zone)).date()
