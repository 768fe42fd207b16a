"""Another time-zone database for a while: the `tzdata` package as an older or newer release has it.

A folder that holds a package `tzdata` and its metadata comes first on the path, as after an upgrade
or before one; the product reads it as it reads the real one.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar.timezone import tzp

from alongside import zones

_NOTIFIER = "alongside_notifier.domain."


@contextmanager
def other_clocks(folder: Path, version: str, **like: str) -> Iterator[None]:
    """Go by a release in which some zones of America have the clocks of others: Vancouver="Los_Angeles"."""
    _make(folder, version, like)
    before = {name: sys.modules.pop(name) for name in _loaded()}
    sys.path.insert(0, str(folder))
    _forget()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(before)
        _forget()


def _make(folder: Path, version: str, like: Mapping[str, str]) -> None:
    package = folder / "tzdata"
    america = package / "zoneinfo" / "America"
    if package.exists():
        return
    real = Path(str(files("tzdata")))
    for made, source in (
        (package, real),
        (package / "zoneinfo", real / "zoneinfo"),
        (america, real / "zoneinfo" / "America"),
    ):
        made.mkdir(parents=True)
        for each in source.iterdir():
            if each.name not in {"zoneinfo", "America", "__pycache__", *like}:
                (made / each.name).symlink_to(each)
    for name, other in like.items():
        (america / name).symlink_to(real / "zoneinfo" / "America" / other)
    facts = folder / f"tzdata-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tzdata\nVersion: {version}\n")


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "tzdata"]


def _forget() -> None:
    importlib.invalidate_caches()
    ZoneInfo.clear_cache()
    tzp.use_default()  # our own reader of calendars remembers zones, too
    zones.tzdata_version.cache_clear()
    for module, name in (("posix_tz", "rule_of"), ("vtimezone", "zone_block")):
        loaded = sys.modules.get(_NOTIFIER + module)
        if loaded is not None:
            getattr(loaded, name).cache_clear()
