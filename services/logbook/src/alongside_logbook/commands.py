"""Commands of the logbook: hours of a person, rule packs, and the proof of the record."""

from pathlib import Path
from typing import Annotated

import typer

from alongside.cli_support import console, run
from alongside_logbook.import_commands import imports
from alongside_logbook.rules_commands import rules

# What does the work is imported where it is used, so that --help stays quick.
# ruff: noqa: PLC0415

app = typer.Typer()
app.add_typer(rules, name="rules")
app.add_typer(imports, name="import")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@app.command()
def hours(
    who: Annotated[
        str, typer.Argument(metavar="EMAIL", help="Whose hours; a person's id works, too.")
    ],
    as_json: Json = False,
) -> None:
    """Print where somebody stands toward the category they pursue.

    Example: alongside hours ann@example.org
    """
    from alongside_logbook import reports

    shown = run(reports.progress_of(who))
    typer.echo(shown.model_dump_json(indent=2) if as_json else reports.told(shown))


@app.command("document")
def make_document(
    who: Annotated[
        str, typer.Argument(metavar="EMAIL", help="Whose document; a person's id works, too.")
    ],
    to: Annotated[Path, typer.Option(help="The file: .pdf, .xlsx or .csv.", dir_okay=False)],
    kind: Annotated[
        str, typer.Option(help="rollup (by provider), audit (each session), trainings or yearly.")
    ] = "rollup",
    goal: Annotated[
        str, typer.Option(help="Count toward this, such as apply/IFS, over its best period.")
    ] = "",
    year: Annotated[int, typer.Option(help="Only this year.")] = 0,
) -> None:
    """Issue a document with a verification code, and write it to a file.

    Example: alongside document ann@example.org --kind audit --goal apply/IFS --to log.pdf
    """
    from alongside_logbook import reports

    code = run(reports.document(who, kind, to, goal=goal, year=year))
    console.print(f"{to} is written. It can be checked by its code:", markup=False)
    typer.echo(code)


@app.command("my-data")
def my_data(
    who: Annotated[
        str, typer.Argument(metavar="EMAIL", help="Whose data; a person's id works, too.")
    ],
    to: Annotated[Path, typer.Option(help="The ZIP file to write.", dir_okay=False)],
) -> None:
    """Write everything the logbook holds about a person to a file, to be handed to them.

    Example: alongside my-data ann@example.org --to ann.zip
    """
    from alongside_logbook import my_data

    size = run(my_data.written(who, to))
    console.print(f"{to} is written, {size} bytes. Hand it to nobody else.", markup=False)


@app.command("verify")
def verify_record(
    who: Annotated[str, typer.Argument(metavar="[EMAIL]", help="Only this person's history.")] = "",
    as_json: Json = False,
) -> None:
    """Check that nobody changed a recorded hour: hash chains, newest versions, totals.

    Ends with code 1 if anything is wrong. Example: alongside verify
    """
    from alongside_logbook import reports

    found = run(reports.verified(who))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    for problem in found.problems:
        console.print(problem, style="red", markup=False)
    if found.problems:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(
            f"{found.versions} versions in {found.people} histories hold together; totals add up."
        )
