"""The days off of an association, and the sessions that were planned for them all the same."""

from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel

from alongside.web import times
from alongside.zones import zone
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.domain.days_off import NO_HOLIDAYS, holidays_of
from alongside_scheduler.handlers.rosters import today_in
from alongside_scheduler.store.uow import SchedulerUow

HOLIDAYS_AHEAD = timedelta(days=366)
_MARGIN = timedelta(hours=15)
"""No zone's day begins or ends further from that of UTC."""


class SessionOnDayOff(BaseModel):
    """A session that stays where it was planned: on a day off."""

    series_id: str
    key: str
    title: str
    starts_at: datetime
    day: date
    local: str
    path: str


class DayOffView(BaseModel):
    """A closure, or a public holiday; both ends included."""

    name: str
    first_day: date
    last_day: date
    closure_id: str | None = None
    """None for a public holiday."""
    sessions: list[SessionOnDayOff] = []


class DaysOffView(BaseModel):
    """What is ahead, and the closures that are over."""

    closures: list[DayOffView]
    over: list[DayOffView]
    holidays: list[DayOffView]


async def show_days_off(uow: SchedulerUow) -> DaysOffView:
    """Return the days off ahead, each with the sessions that fall on it: for coordinators."""
    need_coordinator(uow.actor)
    association = await uow.association.get()
    region = association.holidays if association else NO_HOLIDAYS
    today = today_in(association.zone if association else "UTC", uow.now)
    closures = [
        DayOffView(name=row.name, first_day=row.first_day, last_day=row.last_day, closure_id=row.id)
        for row in await uow.association.closures()
    ]
    holidays = [
        DayOffView(name=name, first_day=day, last_day=day)
        for year in (today.year, today.year + 1)
        for day, name in holidays_of(region, year).items()
        if today <= day < today + HOLIDAYS_AHEAD
    ]
    ahead = [each for each in closures if each.last_day >= today]
    await _fill([*ahead, *holidays], uow)
    return DaysOffView(
        closures=ahead,
        over=[each for each in reversed(closures) if each.last_day < today],
        holidays=holidays,
    )


async def _fill(days: list[DayOffView], uow: SchedulerUow) -> None:
    spans = [
        (
            max(uow.now, datetime.combine(each.first_day, time(), UTC) - _MARGIN),
            datetime.combine(each.last_day + timedelta(days=1), time(), UTC) + _MARGIN,
        )
        for each in days
    ]
    for found in await uow.ahead.within(spans):
        at = zone(found.zone)
        day = found.starts_at.astimezone(at).date()
        for each in days:
            if each.first_day <= day <= each.last_day:
                each.sessions.append(
                    SessionOnDayOff(
                        series_id=found.series_id,
                        key=found.key,
                        title=found.title,
                        starts_at=found.starts_at,
                        day=day,
                        local=times.local(found.starts_at, at),
                        path=f"/sessions/{found.series_id}/{found.key}",
                    )
                )
