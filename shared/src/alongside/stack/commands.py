"""The commands of the distributed mode."""

import asyncio
import signal
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from alongside import cli_support
from alongside.cli_support import console, load_settings, stop
from alongside.errors import AlongsideError
from alongside.founding import Association, Email, Name, Zone, found_if_new
from alongside.settings import Settings

if TYPE_CHECKING:
    from alongside.stack.supervisor import Stack

app = typer.Typer()

_GLANCE = 0.5
"""Seconds between two looks at whether every part still runs."""


@app.command()
def stack(
    email: Email = None,
    name: Name = None,
    zone: Zone = None,
    association: Association = None,
    data: Annotated[
        Path, typer.Option(envvar="ALONGSIDE_DATA", help="Folder of databases, log and keys.")
    ] = Path(".stack"),
    port: Annotated[
        int,
        typer.Option(envvar="ALONGSIDE_PORT", min=0, max=65535, help="Port of the front door."),
    ] = 8000,
    host: Annotated[str, typer.Option(help="Address of the front door.")] = "127.0.0.1",
    smtp: Annotated[
        str | None, typer.Option(help="Where mail goes, as in ALONGSIDE_SMTP_URL.")
    ] = None,
    kafka: Annotated[
        str | None,
        typer.Option(
            help="A Kafka that runs already, as host:port; else ALONGSIDE_KAFKA_BOOTSTRAP."
        ),
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            help="A PostgreSQL that runs already: postgresql://owner:password@host/postgres, of a "
            "role that may make roles and databases. Or name three databases by the settings."
        ),
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, max=9, help="How often each service runs.")] = 1,
    by_role: Annotated[
        bool,
        typer.Option(
            "--by-role/--compact",
            help="Pages, consumers, relay and tickers of each service as processes of their own, as "
            "in production; or all four in one, with a quarter of the memory.",
        ),
    ] = True,
    secure: Annotated[
        bool,
        typer.Option(
            "--secure",
            help="Kafka by TLS, each service as a user that may do only what it needs. For a new "
            "data folder: users are made with it.",
        ),
    ] = False,
    databases_alone: Annotated[
        bool,
        typer.Option(
            "--databases-alone",
            help="PostgreSQL and nothing else, to put a backup back.",
        ),
    ] = False,
) -> None:
    """Run the distributed mode without Docker: PostgreSQL, Apache Kafka, processes per service.

    Everything is in the data folder: logs in logs/, and in `environment` the settings with which
    the other commands work on this stack.

    Example: alongside stack --port 8080 --replicas 2

    Example: alongside stack --compact

    Example: set -a; . .stack/environment; set +a; alongside person list
    """
    from alongside.stack.process import StackError  # noqa: PLC0415  # --help stays quick
    from alongside.stack.supervisor import Elsewhere, Stack  # noqa: PLC0415

    began = time.monotonic()
    extra = {"ALONGSIDE_SMTP_URL": smtp} if smtp else {}
    try:
        elsewhere = Elsewhere.said(data, kafka=kafka, postgres=postgres)
    except StackError as error:
        stop(str(error))
    whole = Stack(
        data,
        port=port,
        host=host,
        elsewhere=elsewhere,
        extra=extra,
        replicas=replicas,
        by_role=by_role,
        secure=secure,
        say=lambda line: console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {line}"),
    )
    founder = {"email": email, "name": name, "zone": zone, "association": association}
    for number in _told_by():
        signal.signal(number, _told_to_stop)
    try:
        if databases_alone:
            _databases_alone(whole)
        with whole:
            console.print(
                f"Ready at [bold]{whole.origin}[/] after {time.monotonic() - began:.1f} s; "
                f"logs in {whole.logs}"
            )
            cli_support.run(_welcome(whole.settings, founder))
            if whole.settings.smtp_url is None:
                console.print(f"No mail server is set: mail goes to {whole.settings.mail_folder}")
            console.print("Ctrl-C stops.")
            _watch(whole)
    except _Told:
        pass
    except StackError as error:
        stop(str(error))
    except AlongsideError as error:
        stop(error.detail)
    console.print("Stopped. Everything is kept.")


def _databases_alone(whole: "Stack") -> NoReturn:
    with whole.databases_alone():
        console.print("The databases answer, nothing else runs. Ctrl-C stops.")
        _watch(whole)


class _Told(BaseException):
    """Somebody pressed Ctrl-C, or asked us to end."""


def _told_by() -> list[signal.Signals]:
    """Return the signals by which we are asked to end: under nohup a closed terminal is none of them."""
    ending = [signal.SIGINT, signal.SIGTERM]
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return ending if deaf else [*ending, signal.SIGHUP]


def _told_to_stop(by: int, _frame: FrameType | None) -> NoReturn:
    # Once is enough: stopping is bounded, and must not be broken off half-way.
    for number in _told_by():
        signal.signal(number, signal.SIG_IGN)
    if by == signal.SIGHUP:
        console.quiet = True  # the terminal is closed: nobody reads, and writing fails
    console.print("Stopping …")
    raise _Told


def _watch(whole: "Stack") -> NoReturn:
    reported: set[str] = set()
    while True:
        time.sleep(_GLANCE)
        for name, part in whole.ended().items():
            if name not in reported:
                reported.add(name)
                console.print(
                    f"[red]{name} ended with {part.returncode}[/]; the others go on. "
                    f"Its log: {part.log}"
                )


@app.command()
def welcome(
    email: Email = None,
    name: Name = None,
    zone: Zone = None,
    association: Association = None,
) -> None:
    """Print a sign-in link of the first coordinator, and nothing else.

    Where there is nobody yet, the options say who it is; without them it is a one-time link to
    the set-up page. For installations that run in the background.

    Example: docker compose exec scheduler alongside welcome
    """
    founder = {"email": email, "name": name, "zone": zone, "association": association}
    cli_support.run(_welcome(load_settings(), founder))


async def _welcome(settings: Settings, founder: dict[str, str | None]) -> None:
    from alongside.host import create_services  # noqa: PLC0415

    service = create_services(settings, ["scheduler"])["scheduler"]
    try:
        if service.welcome is not None:
            await found_if_new(service.welcome, founder)
            console.print("Sign in here (the link works once, for 15 minutes):")
            typer.echo(await service.welcome.link())
    finally:
        await service.database.close()


@app.command()
def door(
    scheduler: Annotated[list[str], typer.Option(help="Origin of the scheduler; may be repeated.")],
    logbook: Annotated[list[str], typer.Option(help="Origin of the logbook; may be repeated.")],
    notifier: Annotated[list[str], typer.Option(help="Origin of the notifier; may be repeated.")],
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run the front door alone: one port before three services, each once or several times.

    Example: alongside door --port 8000 --scheduler http://127.0.0.1:8101
    --logbook http://127.0.0.1:8102 --notifier http://127.0.0.1:8103
    """
    settings = load_settings(port=port, host=host)
    origins = {"scheduler": scheduler, "logbook": logbook, "notifier": notifier}
    asyncio.run(_door(settings, origins))


async def _door(settings: Settings, origins: dict[str, list[str]]) -> None:
    from alongside.observability.logging import configure_logging  # noqa: PLC0415
    from alongside.serving import listen, serving, until_told_to_stop  # noqa: PLC0415
    from alongside.settings import SERVICES  # noqa: PLC0415
    from alongside.stack.door import Door  # noqa: PLC0415
    from alongside.stack.refusals import STATICS  # noqa: PLC0415
    from alongside.web.statics import Statics  # noqa: PLC0415

    configure_logging(settings.log_level, settings.log_format)
    settings, listener = listen(settings)
    front = Door({name: origins[name] for name in SERVICES}, Statics(STATICS))
    async with (
        front.open(),
        serving(front, listener, trusted_proxies=settings.trusted_proxies),
    ):
        console.print(f"The door listens on {settings.host}:{settings.port}")
        await until_told_to_stop()
