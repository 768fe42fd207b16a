"""A provider's week, drawn: seven columns of a day, blocks where people can book."""

from dataclasses import dataclass
from datetime import time

from alongside_scheduler.domain.wording import WEEKDAYS
from alongside_scheduler.handlers.availability import WindowText

HOUR_HEIGHT = 26
_FIRST_HOUR, _LAST_HOUR = 8, 18
_TWO_LINES = 34


@dataclass(frozen=True)
class Block:
    """A window as it is drawn, in pixels from the top of the day, and as it is said."""

    top: int
    height: int
    begins: str
    ends: str
    window: WindowText

    @property
    def marks(self) -> tuple[str, str]:
        """Both times without AM and PM, which the hours at the side tell."""
        return self.begins.partition(" ")[0], self.ends.partition(" ")[0]

    @property
    def is_tall(self) -> bool:
        """Whether both times fit, one below the other."""
        return self.height >= _TWO_LINES


@dataclass(frozen=True)
class DayColumn:
    """One weekday."""

    weekday: int
    name: str
    blocks: list[Block]


@dataclass(frozen=True)
class Week:
    """All of it, with the hours at the side."""

    height: int
    hours: list[tuple[int, str]]
    days: list[DayColumn]


def drawn_week(windows: list[WindowText]) -> Week:
    """Return the drawing of a week: from eight to six, and further where a window is."""
    spans = [(each, *_hours(each)) for each in windows]
    first = min([_FIRST_HOUR, *(int(begins) for _, begins, _ in spans)])
    last = max([_LAST_HOUR, *(-int(-ends // 1) for _, _, ends in spans)])
    return Week(
        height=round((last - first) * HOUR_HEIGHT),
        hours=[
            ((hour - first) * HOUR_HEIGHT, short_clock(time(hour % 24)))
            for hour in range(first, last + 1)
        ],
        days=[
            DayColumn(
                weekday=number,
                name=name,
                blocks=[
                    Block(
                        top=round((begins - first) * HOUR_HEIGHT),
                        height=round((ends - begins) * HOUR_HEIGHT),
                        begins=short_clock(each.begins),
                        ends=short_clock(each.ends),
                        window=each,
                    )
                    for each, begins, ends in spans
                    if each.weekday == number
                ],
            )
            for number, name in enumerate(WEEKDAYS)
        ],
    )


def short_clock(clock: time) -> str:
    """Return `9`, `9:30` with AM or PM: short, for a narrow column."""
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes} {'AM' if clock.hour < 12 else 'PM'}"  # noqa: PLR2004


def _hours(each: WindowText) -> tuple[float, float]:
    begins, ends = (clock.hour + clock.minute / 60 for clock in (each.begins, each.ends))
    return begins, ends or 24
