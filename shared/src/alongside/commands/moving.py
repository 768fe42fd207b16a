"""The command that carries an embedded installation into a stack."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from alongside import cli_support
from alongside.cli_support import console, load_settings, stop
from alongside.settings import SERVICES, Settings
from alongside.stack.environment import kept_environment

if TYPE_CHECKING:
    from alongside.moving import Moved

app = typer.Typer()

_FOLDERS = ("rules", "templates")
"""Of the data folder: what an installation says differently from what ships."""


def _address(service: str) -> Any:
    return typer.Option(
        help=f"Address of the {service}'s empty database. Default: "
        f"ALONGSIDE_{service.upper()}_DATABASE_URL.",
        show_default=False,
    )


@app.command()
def move(
    to: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a new stack on this machine: its PostgreSQL is started for the move, and "
            "keys, rules and templates are copied into it. Instead of addresses.",
            file_okay=False,
        ),
    ] = None,
    scheduler: Annotated[str, _address("scheduler")] = "",
    logbook: Annotated[str, _address("logbook")] = "",
    notifier: Annotated[str, _address("notifier")] = "",
    keys: Annotated[
        Path | None,
        typer.Option(
            help="Folder into which the keys are copied for the new one.", file_okay=False
        ),
    ] = None,
) -> None:
    """Carry an embedded installation (SQLite) into a stack (PostgreSQL), with everything it has.

    Stop it first. The data folder is only read. Every table is compared when it is through, and
    nothing stands until all of them are the same. People, calendar addresses, API tokens and
    documents stay as they are: the keys go along.

    Example: alongside move --to .stack

    Example: alongside --data other move --scheduler postgresql+asyncpg://scheduler:password@db/scheduler
    --logbook postgresql+asyncpg://… --notifier postgresql+asyncpg://… --keys /run/alongside/keys
    """
    from alongside.stack.process import StackError  # noqa: PLC0415  # --help stays quick

    if kept_environment(Path(load_settings().data)):
        stop(
            "That is the folder of a stack. Name the one to be moved: alongside --data data move …"
        )
    settings = load_settings(mode="embedded")
    given = {"scheduler": scheduler, "logbook": logbook, "notifier": notifier}
    said = {f"{name}_database_url": url for name, url in given.items() if url}
    cli_support.run(_check(settings))
    try:
        with _target(settings, to, said) as target:
            new_keys = keys or (to and to / "keys")
            if new_keys is not None:
                _refuse_other_keys(settings.keys_folder, new_keys)
            moved = cli_support.run(_move(settings, target))
    except StackError as error:
        stop(str(error))
    if new_keys is not None:
        _copy_keys(settings.keys_folder, new_keys)
    if to is not None:
        _copy_folders(settings.data, to)
    _report(moved, settings, to, new_keys)


async def _check(settings: Settings) -> None:
    """Refuse a source that runs or is none, before anything is started for the move."""
    from alongside import moving  # noqa: PLC0415

    moving.check_source(settings)


@contextmanager
def _target(settings: Settings, to: Path | None, said: dict[str, str]) -> Iterator[Settings]:
    if to is None:
        yield Settings.model_validate(
            {**settings.model_dump(exclude_unset=True), **said, "mode": "stack"}
        )
        return
    from alongside.stack.supervisor import Stack  # noqa: PLC0415

    stack = Stack(to, port=0, say=lambda line: console.print(f"[dim]{line}[/]"))
    with stack.databases_alone() as found:
        yield found


async def _move(source: Settings, target: Settings) -> "Moved":
    from alongside import moving  # noqa: PLC0415

    columns = (
        TextColumn("{task.description:<36}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Looking", total=None)
        return await moving.move(
            source,
            target,
            lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total
            ),
        )


def _keys(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix in {".pem", ".key"}]


def _refuse_other_keys(old: Path, new: Path) -> None:
    others = [
        file.name
        for file in _keys(old)
        if (new / file.name).exists() and (new / file.name).read_bytes() != file.read_bytes()
    ]
    if others:
        stop(
            f"{new.absolute()} holds keys of another installation ({', '.join(others)}). With them "
            "nobody's calendar address would work. Put them away first."
        )


def _copy_keys(old: Path, new: Path) -> None:
    if old.resolve() == new.resolve():
        return
    new.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in _keys(old):
        shutil.copy2(file, new / file.name)


def _copy_folders(old: Path, new: Path) -> None:
    for name in _FOLDERS:
        if (old / name).is_dir():
            shutil.copytree(old / name, new / name, dirs_exist_ok=True)


def _report(moved: "Moved", source: Settings, to: Path | None, keys: Path | None) -> None:
    if len(moved.before) == len(SERVICES):
        console.print("Everything had been carried before; it was compared once more.")
    console.print(
        f"[bold]{moved.rows:,} rows in {moved.tables} tables are moved, and read the same.[/]"
    )
    for problem in moved.problems:
        console.print(problem, style="red", markup=False)
    if moved.waiting:
        console.print(f"{moved.waiting} events were on their way; the stack delivers them.")
    old = source.data.absolute()
    start = f"alongside stack --data {to}" if to else "start the stack"
    replay = f"alongside --data {to} replay" if to else "alongside replay"
    lines = [
        f"Do not start {old} again: both would send reminders. Keep it as a backup.",
        (
            f"Set for the stack what was set here, ALONGSIDE_BASE_URL ({source.origin}) above all, "
            "or links in mails lead nowhere."
        ),
        f"The keys are in {keys.absolute()}: {start}."
        if keys
        else f"Give the stack the keys of {source.keys_folder.absolute()}, then {start}.",
        (
            f"Once it runs: `{replay}`. Kafka then holds all that was ever said, for services to come; "
            "those of today know it, and do nothing twice."
        ),
    ]
    lines += [
        f"Copy {old / name} for the services as well." for name in _FOLDERS
        if to is None and (source.data / name).is_dir()
    ]  # fmt: skip
    console.print("Next:")
    for number, line in enumerate(lines, 1):
        console.print(f" {number}. {line}", markup=False)
    if moved.problems:
        raise typer.Exit(1)
