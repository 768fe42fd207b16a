"""Commands that belong to no service."""

import typer

from alongside import __version__
from alongside.commands import doctor, keep, moving, parked, run
from alongside.stack import commands as stack

app = typer.Typer()


@app.command()
def version() -> None:
    """Print the version.

    Example: alongside version
    """
    typer.echo(__version__)


for _part in (run, stack, keep, doctor, moving, parked):
    app.registered_commands.extend(_part.app.registered_commands)
    app.registered_groups.extend(_part.app.registered_groups)
