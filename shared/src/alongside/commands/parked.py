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
dead_letters = typer.Typer(
    help="Records that could not be handled and were put aside.\n\nExample: alongside dead-letters list"
)
app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_dead_letters(
    as_json: Annotated[
        bool, typer.Option("--json", help="For scripts, with every word of the reason.")
    ] = False,
) -> None:
    """Show what is parked, and why: service, number, consumer and topic, since when, and the reason.

    Example: alongside dead-letters list --json
    """
    letters = cli_support.run(_parked())
    for letter in letters:
        typer.echo(json.dumps(letter, default=str) if as_json else _line(letter))
    if not letters and not as_json:
        console.print("Nothing is parked.")


def _line(letter: dict[str, Any]) -> str:
    parked_at: datetime = letter["parked_at"]
    return (
        f"{letter['service']:<10} {letter['id']:>5}  {letter['consumer']}  {letter['topic']} at "
        f"{letter['position']}  {parked_at:%Y-%m-%d %H:%M} UTC  {_in_short(letter['error'])}"
    )


def _in_short(error: str) -> str:
    """Return a reason in one line; what does not fit its type is named field by field, unquoted."""
    from alongside.operations.parked import reason_of  # noqa: PLC0415  # --help stays quick

    if error.startswith("UnreadableRecord"):
        return reason_of(error)
    return " ".join(error.split())[:400]


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
    letter: Annotated[
        int | None,
        typer.Argument(help="Its number, as the list shows it; default: all, the oldest first."),
    ] = None,
) -> None:
    """Have a parked record tried again; it stays parked if it fails again, and the end is 1.

    Example: alongside dead-letters replay logbook 3
    """
    failed = cli_support.run(_replay(service_name(service), letter))
    if failed:
        stop(
            f"{failed} of them stay parked. Mend the cause first, such as by an upgrade that knows "
            f"them. What nobody will ever read: alongside dead-letters put-away {service} NUMBER"
        )


async def _replay(name: ServiceName, letter: int | None) -> int:
    """Try one again, or all; return how many failed again."""
    from alongside.host import opened  # noqa: PLC0415
    from alongside.messaging.dead_letters import NoSuchLetter, parked, replay  # noqa: PLC0415

    async with opened(load_settings()) as host:
        database, consumers = host.services[name].database, host.consumers[name]
        numbers = [letter] if letter is not None else [each.id for each in await parked(database)]
        if not numbers:
            console.print("Nothing is parked.")
        failed = 0
        for number in numbers:
            try:
                await replay(database, consumers, number, host.clock.now())
            except NoSuchLetter:
                raise
            except Exception as error:  # noqa: BLE001  # whatever a handler raises
                failed += 1
                why = _in_short(f"{type(error).__name__}: {error}")
                console.print(
                    f"{name} {number}: it failed again: {why}", markup=False, soft_wrap=True
                )
            else:
                console.print(f"{name} {number}: taken in")
        return failed


@dead_letters.command("put-away")
def put_away_dead_letter(
    service: Annotated[str, typer.Argument(help="The service that parked it.")],
    letter: Annotated[int, typer.Argument(help="Its number, as the list shows it.")],
) -> None:
    """Leave a parked record be: it is not ours, or too broken to be read, ever.

    It is listed and counted no more. It stays in the database, and a replay by its number still
    tries it.

    Example: alongside dead-letters put-away logbook 3
    """
    cli_support.run(_put_away(service_name(service), letter))
    console.print("Put away.")


async def _put_away(name: ServiceName, letter: int) -> None:
    from alongside.host import opened  # noqa: PLC0415
    from alongside.messaging.dead_letters import put_away  # noqa: PLC0415

    async with opened(load_settings()) as host:
        await put_away(host.services[name].database, letter, host.clock.now())


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
