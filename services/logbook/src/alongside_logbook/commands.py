"""Commands of the logbook: hours of a person, rule packs, and the proof of the record."""

from typing import Annotated

import typer

from alongside.cli_support import console, run
from alongside_logbook.rules_commands import rules

# What does the work is imported where it is used, so that --help stays quick.
# ruff: noqa: PLC0415

app = typer.Typer()
app.add_typer(rules, name="rules")

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
