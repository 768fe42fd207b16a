"""A day from midnight to midnight with the quiet hours in it, drawn by the server."""

from dataclasses import dataclass
from datetime import datetime

from alongside.zones import zone
from alongside_notifier.domain.quiet import Quiet
from alongside_notifier.domain.words import ENGLISH

_DAY = 24 * 60

TICKS = ((0, "12 AM"), (25, "6 AM"), (50, "noon"), (75, "6 PM"), (100, "12 AM"))


@dataclass(frozen=True, slots=True)
class DayBar:
    """Where the quiet hours lie, and where now is, in percent of a day; and both in words."""

    text: str
    spans: tuple[tuple[float, float], ...]
    """Where each stretch begins, and how long it is: two, where the quiet hours span midnight."""
    now: float
    ticks: tuple[tuple[int, str], ...] = TICKS


def day_bar(quiet: Quiet | None, now: datetime, zone_name: str) -> DayBar:
    """Draw somebody's day by the clock on the wall; the days on which clocks change like any other."""
    local = now.astimezone(zone(zone_name))
    here = _share(local.hour * 60 + local.minute)
    if quiet is None:
        return DayBar("No quiet hours", (), here)
    text = (
        f"Quiet from {_clock(quiet.begins)} until {_clock(quiet.ends)}, "
        f"{ENGLISH.times.duration(quiet.minutes)}"
    )
    stretches = [(quiet.begins, quiet.minutes)]
    if quiet.begins + quiet.minutes > _DAY:
        stretches = [(0, quiet.ends), (quiet.begins, _DAY - quiet.begins)]
    return DayBar(text, tuple((_share(begins), _share(long)) for begins, long in stretches), here)


def _share(minutes: int) -> float:
    return round(100 * minutes / _DAY, 2)


def _clock(minutes: int) -> str:
    hour, rest = divmod(minutes, 60)
    return f"{hour % 12 or 12}:{rest:02d} {'AM' if hour < 12 else 'PM'}"  # noqa: PLR2004
