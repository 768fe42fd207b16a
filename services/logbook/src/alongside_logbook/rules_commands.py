"""Commands about rule packs: which are here, what one says, whether one's own hold."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alongside.cli_support import console, load_settings, stop

if TYPE_CHECKING:
    from alongside_logbook.rulebook import Rulebook

# What does the work is imported where it is used, so that --help stays quick.
# ruff: noqa: PLC0415

rules = typer.Typer(
    no_args_is_help=True,
    help="Rule packs: which are here, what one says, whether mine hold.\n\nExample: alongside rules list",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@rules.command("list")
def list_rules(
    association: Annotated[str, typer.Option(help="Only this association's.")] = "",
    purpose: Annotated[str, typer.Option(help="Only for: apply, ers, renew, reinstate.")] = "",
    as_json: Json = False,
) -> None:
    """List the rule packs, this installation's own among them.

    Example: alongside rules list --association alliance --purpose renew
    """
    from alongside_logbook.rulewords import short

    packs = [
        pack
        for pack in _book().packs.values()
        if association in {"", pack.association} and purpose in {"", pack.purpose}
    ]
    if as_json:
        typer.echo(json.dumps([pack.name for pack in packs], indent=2))
        return
    for pack in packs:
        typer.echo(f"{pack.name:38} {short(pack):24}  {pack.title}")


@rules.command("show")
def show_rules(
    pack: Annotated[str, typer.Argument(help="Such as alliance/apply/IFS.")], as_json: Json = False
) -> None:
    """Print one rule pack in plain words, every number with its sources.

    Example: alongside rules show alliance/apply/IMHM-C
    """
    from alongside.errors import NotFound
    from alongside_logbook.rulewords import printed

    book = _book()
    try:
        found = book.pack(pack)
    except NotFound as error:
        stop(f"{error.detail} `alongside rules list` shows them.")
    sources = {
        name: f"{source.name}, {source.address}" if source.address else source.name
        for name, source in book.sources_of(found).items()
    }
    typer.echo(found.model_dump_json(indent=2) if as_json else printed(found, sources))


@rules.command("check")
def check_rules(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of your own packs, laid out as the shipped ones; none: this installation's.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 1 for what is only worth a look, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check rule packs, and say of each mistake in which file and line it is.

    Besides files that cannot be read: editions that overlap or leave gaps, rows and overlays that
    never decide, shares that cannot be met, ages that do not fit the track, sources nobody cites.
    Example: alongside rules check data/rules
    """
    from alongside_logbook.rulebook import SHIPPED
    from alongside_logbook.rulecheck import check

    own = folder or _own()
    found = check(SHIPPED, *([own] if own.is_dir() else []))
    if as_json:
        said = [
            {"place": each.place, "said": each.said, "grave": each.grave} for each in found.findings
        ]
        typer.echo(json.dumps(said, indent=2))
    else:
        for each in found.findings:
            console.print(str(each), style="red" if each.grave else "yellow", markup=False)
    wrong = len(found.findings) if strict else len(found.grave)
    if wrong:
        stop(f"{wrong} to put right.")
    if not as_json:
        typer.echo(f"{found.packs} packs of {found.associations} associations hold.")


@rules.command("schema")
def schema_of_rules(
    kind: Annotated[
        str, typer.Argument(metavar="pack|association", help="Of which kind of file.")
    ] = "pack",
) -> None:
    """Print the JSON Schema of a pack's file, or of an association's head, for an editor.

    Example: alongside rules schema pack > data/rules/pack.schema.json
    """
    from alongside_logbook.ruleschema import schema

    match kind:
        case "pack" | "association":
            typer.echo(json.dumps(schema(kind), indent=2))
        case _:
            stop(f"There is no schema of {kind!r}; there are pack and association.")


def _own() -> Path:
    from alongside_logbook.rulebook import OWN_RULES

    return load_settings().data / OWN_RULES


def _book() -> "Rulebook":
    from alongside_logbook.rulebook import BrokenRules, load_with_own

    try:
        return load_with_own(_own())
    except BrokenRules as error:
        stop(f"{error.detail}\n`alongside rules check` says more.")
