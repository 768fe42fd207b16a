"""Commands of the logbook: hours of a person, rule packs, and the proof of the record."""

from pathlib import Path
from typing import Annotated

import typer

from alongside.cli_support import console, run, stop

# What does the work is imported where it is used, so that --help stays quick.
# ruff: noqa: PLC0415

app = typer.Typer()
rules = typer.Typer(
    no_args_is_help=True, help="Rule packs: which are here, what one says, whether mine hold."
)
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


@rules.command("list")
def list_rules(
    association: Annotated[str, typer.Option(help="Only this association's.")] = "",
    as_json: Json = False,
) -> None:
    """List the rule packs.

    Example: alongside rules list --association alliance
    """
    import json

    from alongside_logbook.rulebook import shipped

    packs = [pack for pack in shipped().packs.values() if association in {"", pack.association}]
    if as_json:
        typer.echo(json.dumps([pack.id for pack in packs], indent=2))
        return
    for pack in packs:
        asks = f"{pack.main.hours} h" if pack.main.hours else "encouraged"
        typer.echo(f"{pack.id:34} {asks:>10}  {pack.title}")


@rules.command("show")
def show_rules(
    pack: Annotated[str, typer.Argument(help="Such as alliance/apply/IFS.")], as_json: Json = False
) -> None:
    """Print one rule pack in plain words, every number with its sources.

    Example: alongside rules show alliance/apply/IMHM-C
    """
    from alongside.errors import NotFound
    from alongside_logbook import reports
    from alongside_logbook.rulebook import shipped

    try:
        found = shipped().pack(pack)
    except NotFound as error:
        stop(f"{error.detail} `alongside rules list` shows them.")
    typer.echo(found.model_dump_json(indent=2) if as_json else reports.spelled(found))


@rules.command("check")
def check_rules(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of your own packs, laid out as the shipped ones; none: those alone.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Check rule packs, and say of each mistake where it is.

    Example: alongside rules check data/rules
    """
    from alongside_logbook.rulebook import SHIPPED, BrokenRules, load

    try:
        book = load(SHIPPED, *([folder] if folder else []))
    except BrokenRules as error:
        for problem in error.problems:
            console.print(problem, style="red", markup=False)
        stop(f"{len(error.problems)} to put right.")
    typer.echo(f"{len(book.packs)} packs of {len(book.associations)} associations hold.")


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
