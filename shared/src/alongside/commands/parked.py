"""Having things carried again: records that were put aside, and everything that was ever said."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from alongside import cli_support
from alongside.cli_support import console, load_settings, service_name, stop
from alongside.contracts import TOPICS
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


@app.command("replay")
def say_again(
    service: Annotated[
        str, typer.Argument(help="Whose events; default: those of every service.")
    ] = "",
    topic: Annotated[
        str | None, typer.Option(help=f"Only this topic, one of {', '.join(TOPICS)}.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only what was said from this moment on, UTC.")
    ] = None,
) -> None:
    """Publish again what was said, from the outboxes: after Kafka or a consumer's copy was lost.

    Each consumer takes in what it does not have, and does nothing twice. In the stack the running
    relays carry the events; make the topics first where they are gone (alongside topics).

    Example: alongside replay scheduler --since 2026-03-01
    """
    if topic is not None and topic not in TOPICS:
        stop(f"There is no topic {topic!r}; there are {', '.join(TOPICS)}.")
    moment = since.replace(tzinfo=UTC) if since is not None else None
    said = cli_support.run(_say_again([service_name(service)] if service else None, topic, moment))
    for name, count in said.items():
        console.print(f"{name}: {count} events are published again")


async def _say_again(
    names: list[ServiceName] | None, topic: str | None, since: datetime | None
) -> dict[str, int]:
    from alongside.host import opened  # noqa: PLC0415
    from alongside.messaging import again  # noqa: PLC0415

    async with opened(load_settings()) as host:
        said: dict[str, int] = {
            name: await again.say_again(
                each.database, now=host.clock.now(), topic=topic, since=since
            )
            for name, each in host.services.items()
            if names is None or name in names
        }
        if host.settings.mode == "embedded":
            with console.status("Carrying the events …"):
                await host.drain()
    return said
