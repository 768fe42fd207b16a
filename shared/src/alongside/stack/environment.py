"""The settings of a stack, kept in its data folder, so that commands work on the folder alone."""

import os
import shlex
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

PREFIX = "ALONGSIDE_"
PROCESSES = "processes.json"
"""In the data folder of a stack: which of its processes answers at which port."""
_NAME = "environment"


def write_secret(path: Path, value: str) -> None:
    """Write a file that only its owner can read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)


def keep_environment(data: Path, settings: Mapping[str, str]) -> None:
    """Write the settings; a shell can read them too: `set -a; . DATA/environment; set +a`."""
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    write_secret(data / _NAME, "".join(lines))


def kept_environment(data: Path) -> dict[str, str]:
    """Return the settings that a stack left in this folder; none where there is no stack."""
    file = data / _NAME
    if not file.is_file():
        return {}
    pairs = (word.partition("=") for word in shlex.split(file.read_text()))
    return {name: value for name, _, value in pairs if name.startswith(PREFIX)}


def outside() -> dict[str, str]:
    """Return this process's environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def inherited() -> dict[str, str]:
    """Return the settings in this process's environment."""
    return {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}


def command() -> list[str]:
    """Return the words with which a process of ours begins."""
    script = Path(sys.executable).with_name("alongside")
    if script.exists():
        return [sys.executable, str(script)]
    return [sys.executable, "-m", "alongside"]
