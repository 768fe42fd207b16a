"""How minutes, days and counts are said. Whole minutes: nothing is rounded here."""

from datetime import date

_MINUTES_AN_HOUR = 60
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def duration(minutes: int) -> str:
    """Say minutes in hours and minutes: `6 h 30 min`, `2 h`, `45 min`, `0 min`."""
    hours, rest = divmod(minutes, _MINUTES_AN_HOUR)
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"


def day(value: date) -> str:
    """Say a day: `May 14, 2025`."""
    return f"{_MONTH_NAMES[value.month - 1]} {value.day}, {value.year}"


def month(value: str) -> str:
    """Say a month given as `YYYY-MM`: `Mar 2026`."""
    year, number = value.split("-")
    return f"{_MONTH_NAMES[int(number) - 1][:3]} {year}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Say how many: `1 meeting`, `4 meetings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...] | list[str], last: str = "and") -> str:
    """Join names as a sentence does: `ERS, IMHM-C and ECMHM-C`."""
    if len(names) < 2:  # noqa: PLR2004  # one name needs no joining
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
