"""Commands that bring logs in which were kept before, and take them back."""

from pathlib import Path
from typing import Annotated

import typer

from alongside.cli_support import console, run, stop

# What does the work is imported where it is used, so that --help stays quick.
# ruff: noqa: PLC0415

imports = typer.Typer(
    no_args_is_help=True,
    help="Bring in logs that were kept before.\n\nExample: alongside import hours log.xlsx --person ann@example.org --dry-run",
)


@imports.command("hours", no_args_is_help=True)
def import_hours(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, XLSX, XLS or ODS.", exists=True, dir_okay=False, readable=True),
    ] = None,
    person: Annotated[
        str, typer.Option(metavar="EMAIL", help="Whose hours; none: a column says it of each row.")
    ] = "",
    by: Annotated[
        str, typer.Option(metavar="EMAIL", help="Who brings it in; needed where there are many.")
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="MEANING=COLUMN",
            help="What a column means: date, start, end, duration, provider, provider_email, kind, …; "
            "by its heading, or its number from 1.",
        ),
    ] = None,
    dates: Annotated[str, typer.Option(help="mdy or dmy; default: what fits the file.")] = "",
    numbers: Annotated[
        str, typer.Option(help="A bare duration is minutes or hours; default: what it looks like.")
    ] = "",
    provider: Annotated[
        str,
        typer.Option(metavar="'NAME <EMAIL>'", help="Who gave the sessions that name nobody."),
    ] = "",
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=EMAIL", help="The address of a provider whom the file names."),
    ] = None,
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook.")] = "",
    with_clashes: Annotated[
        bool, typer.Option("--with-clashes", help="Enter duplicates and overlaps as well.")
    ] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Write the rows that are not entered here, as CSV.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be.")] = False,
    undo: Annotated[
        str, typer.Option(metavar="ID", help="Take back everything that an import entered.")
    ] = "",
    confirmed: Annotated[
        str, typer.Option(help="With --undo: keep or withdraw what was confirmed meanwhile.")
    ] = "",
) -> None:
    """Enter hours from a log that was kept before, or take a whole import back.

    Example: alongside import hours log.xlsx --person ann@example.org --dry-run
    """
    from alongside_logbook.importing_files import Asked, brought_in, taken_back

    if undo:
        run(taken_back(undo, by or person, confirmed))
        return
    if file is None:
        stop("Name a file, or an import to --undo.", 2)
    asked = Asked(
        file=file,
        person=person,
        by=by or person,
        columns=tuple(column or ()),
        dates=dates,
        numbers=numbers,
        provider=provider,
        addresses=tuple(address or ()),
        sheet=sheet,
        with_clashes=with_clashes,
        refused=refused,
        dry_run=dry_run,
    )
    import_id = run(brought_in(asked))
    if import_id is not None:
        console.print("To take all of it back: alongside import hours --undo", markup=False)
        typer.echo(import_id)
