"""The command `alongside`: everything an operator or a script does, each with an example in --help."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from alongside.quick import building

SETTINGS_EPILOG = (
    "Settings are environment variables ALONGSIDE_*; the data folder is ALONGSIDE_DATA."
)


def build() -> typer.Typer:
    """Put the command together: the shared part, and what each installed service adds."""
    from alongside import commands  # noqa: PLC0415  # most of the time of a start, so done within `building`

    app = typer.Typer(
        name="alongside",
        help="Alongside: reflective supervision, booked, logged and remembered."
        "\n\nExample: alongside up",
        epilog=SETTINGS_EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    _merge(app, commands.app)
    for point in sorted(entry_points(group="alongside.commands"), key=lambda each: each.name):
        try:
            _merge(app, point.load())
        except ModuleNotFoundError as error:
            if error.name and not error.name.startswith("alongside"):
                raise

    @app.callback()
    def _settings(
        data: Annotated[
            Path | None, typer.Option(help="The data folder, instead of ALONGSIDE_DATA.")
        ] = None,
    ) -> None:
        if data is not None:
            os.environ["ALONGSIDE_DATA"] = str(data)

    return app


def _merge(into: typer.Typer, other: typer.Typer) -> None:
    into.registered_commands.extend(other.registered_commands)
    into.registered_groups.extend(other.registered_groups)


def main() -> None:
    """Run the command line."""
    with building():
        from alongside import zones  # noqa: PLC0415
        from alongside.cli_support import stop  # noqa: PLC0415
        from alongside.observability.logging import configure_logging  # noqa: PLC0415

        zones.pin()
        configure_logging("warning", "console")
        command = build()
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        stop("The reader of the output went away.")
