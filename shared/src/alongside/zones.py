"""Time zones from one pinned database: the `tzdata` package, never the machine's own files.

Two databases of different ages disagree by an hour in several zones, so every service reads
the same one and stores its version with each series.
"""

import zoneinfo
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

from alongside.errors import Invalid


class UnknownZone(Invalid):
    """That time zone is not known. Use an IANA name such as America/Chicago."""

    code = "unknown_zone"


def pin() -> None:
    """Make `zoneinfo` read the pinned database only. Called by every entry point."""
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(())
        ZoneInfo.clear_cache()


def zone(name: str, *, field: str = "zone") -> ZoneInfo:
    """Return the zone of an IANA name; raise `UnknownZone` (422) for anything else."""
    pin()
    if name not in _names():
        raise UnknownZone(
            f"The time zone {name[:60]!r} is not known. Use an IANA name such as America/Chicago.",
            field=field,
        )
    return ZoneInfo(name)


def all_zones() -> tuple[str, ...]:
    """Return every IANA name that people may choose, in alphabetical order."""
    return tuple(sorted(_names()))


@cache
def tzdata_version() -> str:
    """Return the version of the time-zone database in use."""
    return version("tzdata")


def release(version_text: str) -> tuple[int, ...]:
    """Return a version of the database as numbers, of which the newer is the greater; () for none."""
    return tuple(int(part) for part in version_text.split(".") if part.isdecimal())


def country_of(name: str) -> str | None:
    """Return the country (ISO 3166, two letters) in which a zone lies; None for zones of no country."""
    return "US" if name.startswith("US/") else _countries().get(name)


@cache
def _countries() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


@cache
def _names() -> frozenset[str]:
    pin()
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})
