"""What is wrong with an installation, and what to do."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from alongside import cli_support
from alongside.cli_support import console, load_settings
from alongside.settings import Settings

app = typer.Typer()


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Look at the installation, and say what is wrong and what to do. Changes nothing.

    Ends with 1 if anything is worth a look.

    Example: alongside doctor

    Example: alongside doctor --json | jq '.[] | select(.good | not)'
    """
    if not cli_support.run(_examined(load_settings(), as_json=as_json)):
        raise typer.Exit(1)


async def _examined(settings: Settings, *, as_json: bool) -> bool:
    from alongside.operations.doctor import examine  # noqa: PLC0415  # --help stays quick

    found = []
    async for each in examine(settings):
        found.append(each)
        if not as_json:
            state = "[green]ok[/]  " if each.good else "[red]look[/]"
            console.print(f"{state} {escape(each.about)}: {escape(each.said)}", soft_wrap=True)
            if each.advice:
                console.print(f"     [dim]→ {escape(each.advice)}[/]", soft_wrap=True)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    return all(each.good for each in found)
