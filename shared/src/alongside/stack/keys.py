"""Which keys each service is given: those it needs, and no others."""

import os
from pathlib import Path
from types import MappingProxyType
from typing import Final

from alongside.secrets import BEFORE
from alongside.settings import ServiceName

KEYS_OF: Final = MappingProxyType[ServiceName, tuple[str, ...]](
    {
        "scheduler": ("signing.pem", "verifying.pem", "link.key"),
        "logbook": ("verifying.pem", "link.key"),
        "notifier": ("verifying.pem", "link.key", "feed.key"),
    }
)


def hand_out(service: ServiceName, keys: Path, into: Path) -> Path:
    """Put a service's keys into a folder of its own, anew, and return the folder."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    kept = [BEFORE[name] for name in KEYS_OF[service] if name in BEFORE]
    for name in (*KEYS_OF[service], *(each for each in kept if (keys / each).exists())):
        content = (keys / name).read_bytes()
        descriptor = os.open(into / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    return into
