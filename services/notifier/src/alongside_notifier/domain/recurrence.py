"""In which words a calendar is told when a series meets.

Four forms, the first that is exactly true for every instant: one meeting in UTC; a rule in the
series' zone; the same rule in UTC, where no clock change lies between; a list of dates in UTC. Dates
that follow no rule are those of a weekly one, less the others: Outlook refuses a list of dates
alone (MS-OXCICAL 2.1.3.1.1.20.18), and other clients show the first of them or all but the first.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from alongside.contracts import Pattern
from alongside.zones import zone
from alongside_notifier.domain.vtimezone import ZoneBlock, is_utc, zone_block

Form = Literal["single", "zone_rule", "utc_rule", "utc_dates"]
Rule = tuple[tuple[str, str], ...]

_BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST_STARTS = 2000
_MOST_HOLES = 366
"""So many of a rule's starts may be left out, before a list of dates says it better."""
_PARTS = 6
"""What a fingerprint is made of: start, zone, length, rule, dates, holes."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """DTSTART and what repeats it, as one viewer's calendar is told."""

    form: Form
    start: datetime
    duration: timedelta
    block: ZoneBlock | None = None
    """The VTIMEZONE that a zone rule needs."""
    rule: Rule = ()
    dates: tuple[datetime, ...] = ()
    """RDATE: the starts after the first, where no rule is true."""
    holes: tuple[datetime, ...] = ()
    """EXDATE: starts of the rule that are not this viewer's."""

    @property
    def repeats(self) -> bool:
        """Whether there is a second meeting, or room for one."""
        return self.form != "single"

    def shown(self, instant: datetime) -> datetime:
        """Return an instant as this calendar writes it: RECURRENCE-ID, EXDATE, moved starts."""
        if self.block is None:
            return instant.astimezone(UTC)
        wall = instant.astimezone(zone(self.block.name))
        if self.block.says(wall.replace(tzinfo=None)) != instant:
            return instant.astimezone(UTC)
        return wall

    def fingerprint(self) -> str:
        """Return a text that differs exactly when a calendar would show other times."""
        rule = ";".join(f"{name}={value}" for name, value in self.rule)
        dates = ",".join(moment.isoformat() for moment in self.dates)
        holes = ",".join(moment.isoformat() for moment in self.holes)
        zone_name = self.block.name if self.block else "UTC"
        length = int(self.duration.total_seconds()) // 60
        return f"{self.start.isoformat()}|{zone_name}|{length}|{rule}|{dates}|{holes}"


def is_shorter(before: str, after: str) -> bool:
    """Tell, by their fingerprints, whether one is the beginning of the other: the same, ended sooner."""
    old, new = _Told.of(before), _Told.of(after)
    if old is None or new is None or (old.start, old.length) != (new.start, new.length):
        return False
    if not new.rule and not new.dates:
        return bool(old.rule or old.dates)
    is_same = (old.zone, old.rule) == (new.zone, new.rule)
    return (
        is_same
        and new.count <= old.count
        and old.dates[: len(new.dates)] == new.dates
        and set(new.holes) <= set(old.holes)
        and (new.count, new.dates) != (old.count, old.dates)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A fingerprint, read again."""

    start: datetime
    zone: str
    length: str
    rule: tuple[str, ...]
    count: int
    dates: tuple[str, ...]
    holes: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "_Told | None":
        parts = text.split("|")
        if len(parts) != _PARTS:
            return None
        rule = [each for each in parts[3].split(";") if each]
        counts = [int(each.removeprefix("COUNT=")) for each in rule if each.startswith("COUNT=")]
        return cls(
            start=datetime.fromisoformat(parts[0]).astimezone(UTC),
            zone=parts[1],
            length=parts[2],
            rule=tuple(each for each in rule if not each.startswith("COUNT=")),
            count=counts[0] if counts else 0,
            dates=tuple(each for each in parts[4].split(",") if each),
            holes=tuple(each for each in parts[5].split(",") if each),
        )


def single(start: datetime, duration: timedelta) -> Recurrence:
    """Return the form of one meeting: UTC says it all, no zone block needed."""
    return Recurrence("single", start.astimezone(UTC), duration)


def repeated(
    pattern: Pattern, zone_name: str, starts: Sequence[tuple[str, datetime]], duration: timedelta
) -> Recurrence:
    """Return the form of several meetings, given as (key, instant) in order of their keys."""
    instants = [instant.astimezone(UTC) for _, instant in starts]
    walls = [wall_of(key) for key, _ in starts]
    found = _zone_rule(pattern, zone_name, walls, instants, duration)
    if found is None:
        found = _utc_rule(pattern, instants, duration)
    if found is None:
        found = Recurrence("utc_dates", instants[0], duration, dates=tuple(instants[1:]))
    return found


def wall_of(key: str) -> datetime:
    """Return the wall time that an occurrence's key names."""
    return datetime.fromisoformat(key)


def _zone_rule(
    pattern: Pattern,
    zone_name: str,
    walls: list[datetime],
    instants: list[datetime],
    duration: timedelta,
) -> Recurrence | None:
    block = zone_block(zone_name)
    if block is None or is_utc(zone_name):
        return None
    found = _rule_starts(pattern, walls)
    if found is None:
        return None
    every, rule = found
    said = {wall: block.says(wall) for wall in every}
    if any(said[wall] != instant for wall, instant in zip(walls, instants, strict=True)):
        return None
    if None in said.values():
        return None
    truth = zone(zone_name)
    mine = set(walls)
    return Recurrence(
        "zone_rule",
        walls[0].replace(tzinfo=truth),
        duration,
        block=block,
        rule=rule,
        holes=tuple(wall.replace(tzinfo=truth) for wall in every if wall not in mine),
    )


def _utc_rule(pattern: Pattern, instants: list[datetime], duration: timedelta) -> Recurrence | None:
    naive = [instant.replace(tzinfo=None) for instant in instants]
    first = naive[0]
    shifted = pattern.model_copy(
        update={
            "weekday": None if pattern.weekday is None else first.weekday(),
            "month_day": None if pattern.month_day is None else first.day,
        }
    )
    found = _rule_starts(shifted, naive)
    if found is None:
        return None
    every, rule = found
    mine = set(naive)
    return Recurrence(
        "utc_rule",
        instants[0],
        duration,
        rule=rule,
        holes=tuple(start.replace(tzinfo=UTC) for start in every if start not in mine),
    )


def _rule_starts(pattern: Pattern, mine: list[datetime]) -> tuple[list[datetime], Rule] | None:
    """Return the starts of a rule from the first to the last of mine, with all of mine among them."""
    every: list[datetime] = []
    for start in _expand(pattern, mine[0]):
        if start > mine[-1] or len(every) > _MOST_STARTS:
            break
        every.append(start)
    if set(mine) <= set(every) and len(every) - len(mine) <= _MOST_HOLES:
        return every, _rule(pattern, mine[0], len(every))
    return _rule_of_days(mine)


def _rule_of_days(mine: list[datetime]) -> tuple[list[datetime], Rule] | None:
    """Return a weekly rule on all weekdays of mine, where they are at one time of the day."""
    if {start.time() for start in mine} != {mine[0].time()}:
        return None
    weekdays = sorted({start.weekday() for start in mine})
    days = (mine[0] + timedelta(days=each) for each in range((mine[-1] - mine[0]).days + 1))
    every = [start for start in days if start.weekday() in weekdays]
    if len(every) - len(mine) > _MOST_HOLES:
        return None
    by_day = ",".join(_BYDAY[each] for each in weekdays)
    return every, (("FREQ", "WEEKLY"), ("BYDAY", by_day), ("COUNT", str(len(every))))


def _expand(pattern: Pattern, first: datetime) -> Iterator[datetime]:
    """Yield what an RRULE of this pattern yields from `first` on, without end."""
    match pattern.frequency:
        case "weekly":
            if pattern.weekday in {None, first.weekday()}:
                start = first
                while start.year < first.year + 50:
                    yield start
                    start += timedelta(weeks=pattern.interval)
        case "monthly_by_weekday" | "monthly_by_date":
            month = first.year * 12 + first.month - 1
            while month < (first.year + 50) * 12:
                day = _day_in(pattern, month // 12, month % 12 + 1)
                if day is not None:
                    yield datetime.combine(day, first.time())
                month += pattern.interval
        case _:
            return


def _day_in(pattern: Pattern, year: int, month: int) -> date | None:
    days = monthrange(year, month)[1]
    if pattern.frequency == "monthly_by_date":
        wanted = pattern.month_day or 0
        return date(year, month, wanted) if 1 <= wanted <= days else None
    if pattern.weekday is None or pattern.week_of_month is None:
        return None
    if pattern.week_of_month > 0:
        first = date(year, month, 1)
        day = 1 + (pattern.weekday - first.weekday()) % 7 + 7 * (pattern.week_of_month - 1)
        return date(year, month, day) if day <= days else None
    last = date(year, month, days)
    return last - timedelta(days=(last.weekday() - pattern.weekday) % 7)


def _rule(pattern: Pattern, first: datetime, count: int) -> Rule:
    parts = [("FREQ", "WEEKLY" if pattern.frequency == "weekly" else "MONTHLY")]
    if pattern.interval != 1:
        parts.append(("INTERVAL", str(pattern.interval)))
    match pattern.frequency:
        case "weekly":
            parts.append(("BYDAY", _BYDAY[first.weekday()]))
        case "monthly_by_weekday":
            parts.append(("BYDAY", f"{pattern.week_of_month}{_BYDAY[pattern.weekday or 0]}"))
        case _:
            parts.append(("BYMONTHDAY", str(pattern.month_day)))
    return (*parts, ("COUNT", str(count)))
