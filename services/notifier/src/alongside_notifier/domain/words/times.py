"""Times in words: weekday, local time, zone name and offset, so that nobody has to guess."""

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from functools import lru_cache

from alongside.zones import zone

_NOON = 12


def offset(instant: datetime, zone_name: str) -> str:
    """Return `UTC-06:00`: the same in every language."""
    there = instant.astimezone(zone(zone_name)).utcoffset() or timedelta()
    minutes = int(there.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def hours(minutes: int) -> str:
    """Return `1.50 h`. Only this text is rounded; minutes stay what they are everywhere else."""
    return f"{minutes / 60:.2f} h"


class Times(ABC):
    """Days, times and stretches of time, as one language says them."""

    @abstractmethod
    def long_date(self, value: date) -> str:
        """Return `January 12, 2027`."""

    @abstractmethod
    def long_day(self, value: date) -> str:
        """Return `Tuesday, January 12, 2027`."""

    @abstractmethod
    def short_day(self, value: date) -> str:
        """Return `Tue, Jan 12`."""

    @abstractmethod
    def clock(self, instant: datetime, zone_name: str) -> str:
        """Return `10:00 AM`."""

    @abstractmethod
    def span(self, start: datetime, end: datetime, zone_name: str) -> str:
        """Return day, times, zone and offset of a meeting in one zone."""

    @abstractmethod
    def elsewhere(self, host: str, span: str) -> str:
        """Return when a meeting is by the clock of whoever leads it."""

    @abstractmethod
    def until(self, instant: datetime, zone_name: str) -> str:
        """Return a time of this day, zone and offset, such as can stand after "until"."""

    @abstractmethod
    def ahead(self, minutes: int) -> str:
        """Return how far ahead a reminder speaks: `in 1 hour`, `in 2 days`."""

    @abstractmethod
    def left(self, minutes: int) -> str:
        """Return how far off something is by the clock: `in about 3 hours`, `in 25 minutes`."""

    def spans(
        self, start: datetime, end: datetime, zone_name: str, host_zone: str, host: str
    ) -> list[str]:
        """Return the meeting in the reader's zone and, where its clock differs, in the provider's."""
        lines = [self.span(start, end, zone_name)]
        if offset(start, zone_name) != offset(start, host_zone):
            lines.append(self.elsewhere(host, self.span(start, end, host_zone)))
        return lines

    def day(self, instant: datetime, zone_name: str) -> str:
        """Return `Tuesday, January 12, 2027`."""
        return self.long_day(instant.astimezone(zone(zone_name)).date())

    def moment(self, instant: datetime, zone_name: str) -> str:
        """Return day, time, zone and offset of one moment."""
        return (
            f"{self.day(instant, zone_name)}, {self.clock(instant, zone_name)} "
            f"({zone_name}, {offset(instant, zone_name)})"
        )

    def line(self, instant: datetime, zone_name: str) -> str:
        """Return a time for a list: its zone stands above, its offset may differ."""
        return (
            f"{self.day(instant, zone_name)}, {self.clock(instant, zone_name)} "
            f"({offset(instant, zone_name)})"
        )

    def short(self, instant: datetime, zone_name: str) -> str:
        """Return `Tue, Jan 12, 10:00 AM`."""
        there = instant.astimezone(zone(zone_name)).date()
        return f"{self.short_day(there)}, {self.clock(instant, zone_name)}"

    def subject(self, instant: datetime, zone_name: str) -> str:
        """Return a time for a subject, with zone and offset."""
        return f"{self.short(instant, zone_name)} ({zone_name}, {offset(instant, zone_name)})"

    def duration(self, minutes: int) -> str:
        """Return `1 h 30 min`: the same in every language so far."""
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours} h"] if hours else []
        if rest or not hours:
            parts.append(f"{rest} min")
        return " ".join(parts)


class EnglishTimes(Times):
    """As in the United States."""

    def long_date(self, value: date) -> str:
        return f"{value:%B} {value.day}, {value.year}"

    def long_day(self, value: date) -> str:
        return f"{value:%A, %B} {value.day}, {value.year}"

    def short_day(self, value: date) -> str:
        return f"{value:%a, %b} {value.day}"

    def clock(self, instant: datetime, zone_name: str) -> str:
        local = instant.astimezone(zone(zone_name))
        return f"{local.hour % _NOON or _NOON}:{local:%M} {'AM' if local.hour < _NOON else 'PM'}"

    def span(self, start: datetime, end: datetime, zone_name: str) -> str:
        until = self.clock(end, zone_name)
        if self.day(start, zone_name) != self.day(end, zone_name):
            until = f"{until} on {self.day(end, zone_name)}"
        return (
            f"{self.day(start, zone_name)}, {self.clock(start, zone_name)} to {until} "
            f"({zone_name}, {offset(start, zone_name)})"
        )

    def elsewhere(self, host: str, span: str) -> str:
        return f"For {host} that is {span}."

    def until(self, instant: datetime, zone_name: str) -> str:
        return f"{self.clock(instant, zone_name)} ({zone_name}, {offset(instant, zone_name)})"

    def ahead(self, minutes: int) -> str:
        for unit, size in (("day", 1440), ("hour", 60)):
            if minutes >= size and minutes % size == 0:
                number = minutes // size
                return f"in {number} {unit}{'' if number == 1 else 's'}"
        return f"in {minutes} minutes"

    def left(self, minutes: int) -> str:
        hours = minutes // 60
        if hours >= 1:
            return f"in about {hours} hour{'' if hours == 1 else 's'}"
        return f"in {max(1, minutes)} minute{'' if minutes == 1 else 's'}"


class SpanishTimes(Times):
    """As in the United States and in Latin America: twelve hours, days and months in small letters."""

    def long_date(self, value: date) -> str:
        return _spanish(value, "d 'de' MMMM 'de' y")

    def long_day(self, value: date) -> str:
        return _spanish(value, "EEEE, d 'de' MMMM 'de' y")

    def short_day(self, value: date) -> str:
        return _spanish(value, "EEE d MMM")

    def clock(self, instant: datetime, zone_name: str) -> str:
        # By hand: the spaces that Babel puts into "a.m." do not survive every mail program.
        local = instant.astimezone(zone(zone_name))
        half = "a.m." if local.hour < _NOON else "p.m."
        return f"{local.hour % _NOON or _NOON}:{local:%M} {half}"

    def span(self, start: datetime, end: datetime, zone_name: str) -> str:
        until = self.clock(end, zone_name)
        if self.day(start, zone_name) != self.day(end, zone_name):
            until = f"{until} del {self.day(end, zone_name)}"
        return (
            f"{self.day(start, zone_name)}, de {self.clock(start, zone_name)} a {until} "
            f"({zone_name}, {offset(start, zone_name)})"
        )

    def elsewhere(self, host: str, span: str) -> str:
        return f"Para {host}: {span}."

    def until(self, instant: datetime, zone_name: str) -> str:
        said = f"{self.clock(instant, zone_name)} ({zone_name}, {offset(instant, zone_name)})"
        return f"la {said}" if said.startswith("1:") else f"las {said}"

    def ahead(self, minutes: int) -> str:
        for one, several, size in (("día", "días", 1440), ("hora", "horas", 60)):
            if minutes >= size and minutes % size == 0:
                number = minutes // size
                return f"dentro de {number} {one if number == 1 else several}"
        return f"dentro de {_minutos(minutes)}"

    def left(self, minutes: int) -> str:
        hours = minutes // 60
        if hours > 1:
            return f"dentro de unas {hours} horas"
        if hours == 1:
            return "dentro de una hora, más o menos"
        return f"dentro de {_minutos(max(1, minutes))}"


@lru_cache(maxsize=4096)
def _spanish(value: date, pattern: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  # only where somebody reads Spanish

    return format_date(value, pattern, "es_US")


def _minutos(number: int) -> str:
    return "1 minuto" if number == 1 else f"{number} minutos"
