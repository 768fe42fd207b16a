"""The command `alongside demo`."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from alongside import cli_support, zones
from alongside.cli_support import console, load_settings, stop
from alongside.commands.run import Address, Port, run_embedded
from alongside.founding import Association, Email, Name, Zone
from alongside.settings import Settings

if TYPE_CHECKING:
    from alongside_demo.life import Life

app = typer.Typer()


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another seed tells another story.")] = 7,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the story. Default: today."),
    ] = None,
    email: Email = None,
    name: Name = None,
    zone: Zone = None,
    association: Association = None,
    port: Port = None,
    host: Address = None,
    fill_only: Annotated[
        bool, typer.Option("--fill-only", help="Fill the data folder, and start nothing.")
    ] = False,
) -> None:
    """Run the embedded mode with an association in it that one could believe, and its past.

    Everybody in it is invented. The same seed and day give the same people, sessions and minutes.
    A data folder that holds the demo already is just started; one that holds anything else is
    left alone.

    Example: ALONGSIDE_DATA=data-demo alongside demo --port 8010
    """
    settings = load_settings(listens=True, port=port, host=host)
    asked = {"name": name, "email": email, "zone": zone, "association": association}
    day = on.date() if on else None

    async def prepare(settings: Settings) -> None:
        await _have_demo(settings, seed, day, asked)

    cli_support.run(prepare(settings) if fill_only else run_embedded(settings, asked, prepare))


async def _have_demo(
    settings: Settings, seed: int, day: date | None, asked: dict[str, str | None]
) -> None:
    """Fill the folder, unless it holds the demo already."""
    from alongside_demo.fill import check_free, held  # noqa: PLC0415  # --help stays quick
    from alongside_demo.life import live  # noqa: PLC0415
    from alongside_demo.people import Founder  # noqa: PLC0415

    there = held(settings)
    if there is not None:
        console.print(
            f"{settings.data.absolute()} holds the demo of {there.date} (seed {there.seed}) already."
        )
        if day not in (None, there.date):
            stop(f"For the demo of {day}, choose another folder: ALONGSIDE_DATA=… alongside demo")
        return
    await check_free(settings)
    founder = Founder(**{field: value for field, value in asked.items() if value})
    today = datetime.now(_zone(founder.zone)).date()
    if day is not None and day > today:
        stop(f"{day} is still to come. Choose today or an earlier day.")
    life = live(seed, day or today, founder)
    await _fill_with_a_bar(life, settings)


def _zone(name: str) -> ZoneInfo:
    return zones.zone(name)


async def _fill_with_a_bar(life: "Life", settings: Settings) -> None:
    from rich.progress import (  # noqa: PLC0415  # --help stays quick
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from alongside.observability.logging import configure_logging  # noqa: PLC0415
    from alongside_demo.fill import fill  # noqa: PLC0415

    configure_logging("warning", settings.log_format)
    console.print(
        f"Filling {settings.data.absolute()} with {life.founder.association}, until {life.today}"
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Living through it", total=len(life.steps))
        await fill(life, settings, lambda done: bar.update(task, completed=done))
    console.print(
        f"Filled: {len(life.people)} people, {len(life.groups)} groups, {len(life.marks)} sessions held."
    )
