"""What every command needs: an open installation, and errors that read as sentences."""

import asyncio
import errno
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import ValidationError
from rich.console import Console

from alongside.errors import AlongsideError
from alongside.settings import SERVICES, ServiceName, Settings
from alongside.stack.environment import PREFIX, kept_environment

if TYPE_CHECKING:
    # Web framework and database: half a second that `--help` need not take.
    from alongside.service import ServiceApp

console = Console(stderr=True, highlight=False)
"""For people: progress and remarks. What a script reads goes to standard output alone."""

Answer = TypeVar("Answer")

_PORT = "port"
"""In the data folder of the embedded mode: where it listened last."""

_NOT_OURS = frozenset(
    {errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EROFS, errno.ENOSPC}
)
"""Faults of a folder or disk, not of the program."""


def load_settings(*, listens: bool = False, **overrides: Any) -> Settings:
    """Return the settings of the environment, with what the command line says on top.

    A stack keeps its settings in its data folder: there they fill what the environment leaves open.
    Of the embedded mode the port is kept, for the addresses that commands print; who `listens`
    itself is not bound to it.
    """
    said = {name: value for name, value in overrides.items() if value is not None}
    folder = Path(said.get("data") or os.environ.get(f"{PREFIX}DATA") or "data")
    kept = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in kept_environment(folder).items()
        if name not in os.environ
    }
    if not listens and not kept and f"{PREFIX}PORT" not in os.environ and (folder / _PORT).exists():
        kept["port"] = (folder / _PORT).read_text()
    try:
        return Settings(**{**kept, **said})
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(str(part) for part in each["loc"]).upper()
            console.print(f"ALONGSIDE_{name}: {each['msg']}")
        stop("The settings do not make sense; see above.")


def keep_port(settings: Settings) -> None:
    """Have commands on this data folder know where the program that works with it listens."""
    (settings.data / _PORT).write_text(str(settings.port))


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a command's coroutine; an expected error becomes one line and exit code 1.

    So does a file or folder that cannot be had: that is for whoever called us to mend.
    """
    try:
        return asyncio.run(work)
    except OSError as error:
        if error.filename is None or error.errno not in _NOT_OURS:
            raise
        stop(f"{error.filename}: {error.strerror}.")
    except AlongsideError as error:
        lines = [f"{field}: {text}" for field, text in error.fields.items()] or [error.detail]
        stop("\n".join(lines))


def stop(message: str, code: int = 1) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    console.print(message, style="red", markup=False)
    sys.exit(code)


@asynccontextmanager
async def service(
    name: ServiceName, settings: Settings | None = None
) -> "AsyncIterator[ServiceApp]":
    """Open the installation for a command, and give it one of the services.

    In embedded mode, whatever is said is carried to the other services before the block ends
    (and what was waiting is carried before it begins), whether or not the program runs beside it.
    """
    from alongside.host import opened  # noqa: PLC0415  # --help should not load the services

    settings = settings or load_settings()
    async with opened(settings) as host:
        if settings.mode == "embedded":
            await host.drain()
        yield host.services[name]


def service_name(text: str) -> ServiceName:
    """Return the service of that name, or end with what names there are."""
    if text not in SERVICES:
        stop(f"There is no service {text!r}; there are {', '.join(SERVICES)}.")
    return text
