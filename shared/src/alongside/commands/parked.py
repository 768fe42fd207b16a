"""Records that were put aside: looking at them, and having them tried again."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from alongside import cli_support
from alongside.cli_support import console, load_settings, service_name
from alongside.settings import ServiceName

app = typer.Typer()
dead_letters = typer.Typer(help="Records that could not be handled and were put aside.")
app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_dead_letters(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Show what is parked, and why.

    Example: alongside dead-letters list --json
    """
    for letter in cli_support.run(_parked()):
        typer.echo(
            json.dumps(letter, default=str)
            if as_json
            else f"{letter['service']:<10} {letter['id']:>5}  {letter['topic']}  {letter['error']}"
        )


async def _parked() -> list[dict[str, Any]]:
    from alongside.host import opened  # noqa: PLC0415
    from alongside.messaging.dead_letters import parked  # noqa: PLC0415

    async with opened(load_settings()) as host:
        return [
            {"service": name, **asdict(letter)}
            for name, each in host.services.items()
            for letter in await parked(each.database)
        ]


@dead_letters.command("replay")
def replay_dead_letter(
    service: Annotated[str, typer.Argument(help="The service that parked it.")],
    letter: Annotated[int, typer.Argument(help="Its number, as the list shows it.")],
) -> None:
    """Have a parked record tried again; it stays parked if it fails again.

    Example: alongside dead-letters replay logbook 3
    """
    cli_support.run(_replay(service_name(service), letter))
    console.print("Replayed.")


async def _replay(name: ServiceName, letter: int) -> None:
    from alongside.host import opened  # noqa: PLC0415
    from alongside.messaging.dead_letters import replay  # noqa: PLC0415

    async with opened(load_settings()) as host:
        await replay(host.services[name].database, host.consumers[name], letter, host.clock.now())
