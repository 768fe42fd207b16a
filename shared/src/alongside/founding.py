"""Who the first coordinator is: from options, else by asking, else left to the set-up page."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from alongside.cli_support import console, stop

if TYPE_CHECKING:
    from alongside.service import Welcome

Email = Annotated[str | None, typer.Option(help="E-mail of the first coordinator.")]
Name = Annotated[str | None, typer.Option(help="Name of the first coordinator.")]
Zone = Annotated[str | None, typer.Option(help="Their time zone, such as America/Chicago.")]
Association = Annotated[str | None, typer.Option(help="Name of the association.")]


async def found_if_new(welcome: "Welcome", given: Mapping[str, str | None]) -> None:
    """Register the first coordinator: from the options, else by asking, else leave it to the page."""
    if not await welcome.is_new():
        return
    asked = any(given.values())
    if not asked and not (console.is_terminal and _has_keyboard()):
        return
    if asked and not _has_keyboard():
        missing = [f"--{option}" for option, value in given.items() if not value]
        if missing:
            stop(
                f"To set up the association without a terminal, give {', '.join(missing)} as well."
            )
    answers = {
        "association": given["association"] or _ask("Name of your association"),
        "name": given["name"] or _ask("Your name"),
        "email": given["email"] or _ask("Your e-mail address"),
        "zone": given["zone"] or _ask("Your time zone", default=_local_zone()),
    }
    from alongside.service import Founder  # noqa: PLC0415  # --help stays quick

    await welcome.found(Founder(**answers))


def _has_keyboard() -> bool:
    return sys.stdin.isatty()


def _ask(question: str, default: str | None = None) -> str:
    return str(typer.prompt(question, default=default, err=True))


def _local_zone() -> str:
    from tzlocal import get_localzone_name  # noqa: PLC0415

    with suppress(Exception):
        return str(get_localzone_name())
    return "America/Chicago"
