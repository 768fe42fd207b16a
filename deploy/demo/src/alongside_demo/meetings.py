"""What became of each planned meeting: held, moved or cancelled, and when people heard of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from alongside.zones import zone
from alongside_demo.chance import Stream, stream
from alongside_demo.days import add_months, instant, is_holiday, is_spring_break
from alongside_demo.groups import LANTERN, PAIR, RIVERBEND, Group, Series
from alongside_demo.people import DOLORES
from alongside_demo.steps import Meeting

_ILL = 0.035
_MOVED = 0.06
_MOVED_PAIR = 0.1
_LEAVE = timedelta(days=26)


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting as it came to be."""

    meeting: Meeting
    group: Group
    starts_at: datetime
    cancelled: bool = False
    moved_to: datetime | None = None
    """Naive: the new wall time, where it was moved."""
    told_at: datetime | None = None
    """When it was moved or cancelled."""

    @property
    def ends_at(self) -> datetime:
        """When it ends, or would have ended."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def minutes(self) -> int:
        """How long it is planned to be."""
        return self.group.rhythm.minutes

    @property
    def day(self) -> date:
        """On which day it takes place, where it takes place."""
        return self.starts_at.astimezone(zone(self.group.zone)).date()

    @property
    def roster(self) -> tuple[str, ...]:
        """Whom it is for."""
        return self.group.roster(self.day)

    @property
    def people(self) -> frozenset[str]:
        """Everybody whose time it takes."""
        return frozenset((*self.group.leaders, *self.roster))


Fate = Held | tuple[datetime, datetime]


def meetings(
    all_groups: Iterable[Group], seed: int, today: date, end: datetime
) -> tuple[Held, ...]:
    """Return every meeting of every series that is planned by now, in order of time."""
    fixed: list[Held] = []
    to_move: list[tuple[Held, datetime, datetime]] = []
    for group in all_groups:
        planned = [(series, day) for series in group.series for day in series.days]
        spared = _spared(group, [day for _, day in planned], end)
        for series, day in planned:
            planned_at = _planned_at(group, series)
            if planned_at >= end:
                continue
            held = Held(
                Meeting(series.key, f"{datetime.combine(day, group.rhythm.at):%Y%m%dT%H%M}"),
                group,
                group.starts_at(day),
            )
            chance = stream(seed, "fate", held.meeting.series, held.meeting.key)
            fate = _fate(held, day, chance, today, end, planned_at=planned_at, spared=day in spared)
            if isinstance(fate, Held):
                fixed.append(fate)
            else:
                to_move.append((held, *fate))
    return _with_moves(fixed, to_move, end)


def _fate(
    held: Held,
    day: date,
    chance: Stream,
    today: date,
    end: datetime,
    *,
    planned_at: datetime,
    spared: bool,
) -> Fate:
    """Return the meeting as held or cancelled; or whereto it moves (wall time), and when that is said."""
    # Drawn whether needed or not: what one rule decides must not shift the chances of the next.
    ahead = held.starts_at - timedelta(days=chance.randrange(40, 60), hours=chance.randrange(1, 5))
    ahead = max(ahead, planned_at + timedelta(days=2))
    luck = _luck(held, day, chance, end)
    known = _closed(held, day, ahead, end) or _story(held, day, today, end)
    return known or (held if spared or held.starts_at >= end else luck)


def _closed(held: Held, day: date, ahead: datetime, end: datetime) -> Fate | None:
    """Return what becomes of a meeting when schools and agencies are closed."""
    group = held.group
    if _is_closed(day):
        if group.holidays == "moved a week":
            return datetime.combine(_next_week(day), group.rhythm.at), ahead
        return _cancelled(held, ahead, end)
    return None


def _story(held: Held, day: date, today: date, end: datetime) -> Fate | None:
    """Return what is always so: a provider's long leave, one meeting ahead cancelled and one moved."""
    group = held.group
    if group.provider == DOLORES and _on_leave(day, today):
        return _cancelled(held, held.starts_at - _LEAVE, end)
    days = (each for series in group.series for each in series.days)
    ahead = [each for each in days if group.starts_at(each) > end and not _is_closed(each)]
    after_next = ahead[1:2] == [day]
    if group.key == LANTERN and after_next:
        return _cancelled(held, end - timedelta(days=2, hours=7), end)
    if group.key == RIVERBEND and after_next:
        later = datetime.combine(day, group.rhythm.at) + timedelta(hours=1)
        return later, end - timedelta(days=4, hours=5)
    return None


def _luck(held: Held, day: date, chance: Stream, end: datetime) -> Fate:
    """Return what happens without a reason that anybody could have known long before."""
    soon = timedelta(days=chance.randrange(3, 12), minutes=chance.randrange(30, 300))
    just_now = timedelta(minutes=chance.randrange(60, 400))
    draw, shift = chance.random(), _shifted(held, day, chance)
    if draw < _ILL:
        return _cancelled(held, held.starts_at - just_now, end)
    if draw < _ILL + (_MOVED_PAIR if held.group.key == PAIR else _MOVED):
        return shift, held.starts_at - soon
    return held


def _cancelled(held: Held, told_at: datetime, end: datetime) -> Held:
    """Cancel a meeting, unless that has not been said yet."""
    return replace(held, cancelled=True, told_at=told_at) if told_at < end else held


def _spared(group: Group, days: Sequence[date], end: datetime) -> set[date]:
    """Return days on which all goes well: those that the rest of the story is about."""
    past = [day for day in days if group.starts_at(day) < end]
    return {*past[:3], *past[-3:]}


def _planned_at(group: Group, series: Series) -> datetime:
    return instant(series.planned_on, time(11), group.zone)


def _is_closed(day: date) -> bool:
    return is_holiday(day) or is_spring_break(day)


def _on_leave(day: date, today: date) -> bool:
    begin = add_months(today, -9)
    return begin <= day < begin + timedelta(days=29)


def _next_week(day: date) -> date:
    later = day + timedelta(weeks=1)
    return later if not is_holiday(later) else day - timedelta(weeks=1)


def _shifted(held: Held, day: date, chance: Stream) -> datetime:
    """Return another wall time: an hour or so to or fro, or another day of the same week."""
    wall = datetime.combine(day, held.group.rhythm.at)
    if chance.random() < 0.6:  # noqa: PLR2004  # mostly the day stays
        return wall + timedelta(minutes=chance.choice((-60, 30, 60, 90)))
    other = chance.choice([each for each in range(5) if each != day.weekday()])
    shifted = wall + timedelta(days=other - day.weekday())
    return wall + timedelta(hours=1) if _is_closed(shifted.date()) else shifted


def _with_moves(
    fixed: list[Held], to_move: list[tuple[Held, datetime, datetime]], end: datetime
) -> tuple[Held, ...]:
    """Move what moves, unless somebody would be in two places, or it has not been said yet.

    A holiday that cannot be dodged takes the meeting with it.
    """
    settled = [*fixed, *(held for held, _, _ in to_move)]
    for held, wall, told_at in to_move:
        starts_at = instant(wall.date(), wall.time(), held.group.zone)
        moved = replace(held, starts_at=starts_at, moved_to=wall, told_at=told_at)
        others = [each for each in settled if each.meeting != held.meeting]
        crosses = (starts_at < end) != (held.starts_at < end)
        said_before = told_at < min(end, starts_at, held.starts_at)
        if said_before and not crosses and not any(clash(moved, each) for each in others):
            settled = [*others, moved]
        elif _is_closed(held.day):
            settled = [*others, _cancelled(held, told_at, end)]
    return tuple(sorted(settled, key=lambda each: (each.starts_at, each.meeting.series)))


def clash(one: Held, other: Held) -> bool:
    """Tell whether two meetings want the same person at the same time."""
    return (
        not one.cancelled
        and not other.cancelled
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        and not one.people.isdisjoint(other.people)
    )
