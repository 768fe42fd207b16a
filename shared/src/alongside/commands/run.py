"""Running: everything in one process, or one service in its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from socket import socket
from typing import Annotated, Any

import typer

from alongside import cli_support
from alongside.cli_support import console, keep_port, load_settings, service_name, stop
from alongside.founding import Association, Email, Name, Zone, found_if_new
from alongside.observability.exporting import traced
from alongside.observability.logging import configure_logging
from alongside.quick import building
from alongside.serving import listen, serving, told_to_stop, until_told_to_stop
from alongside.settings import SERVICES, ServiceName, Settings

app = typer.Typer()

Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of ALONGSIDE_PORT.")]
Address = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]


@app.command()
def up(
    email: Email = None,
    name: Name = None,
    zone: Zone = None,
    association: Association = None,
    port: Port = None,
    host: Address = None,
) -> None:
    """Run the embedded mode: three services in this process, SQLite files, mail as files.

    On first start it asks who the first coordinator is (the options answer for scripts), and each
    time it prints a sign-in link for them.

    Example: alongside up --email ada@example.org --name "Ada Sample" --zone America/Chicago
    --association "Sample Association"
    """
    settings = load_settings(listens=True, port=port, host=host)
    cli_support.run(
        run_embedded(
            settings, {"email": email, "name": name, "zone": zone, "association": association}
        )
    )


async def run_embedded(
    settings: Settings,
    given: dict[str, str | None],
    first: Callable[[Settings], Awaitable[None]] | None = None,
) -> None:
    """Run everything in this process until told to stop.

    `given` are the answers to the first questions. `first` is done once the port is ours, and
    before a database is opened.
    """
    began = time.monotonic()
    # Somebody sits before this terminal: they want to see the link, not a line per request.
    quiet = "log_level" not in settings.model_fields_set and console.is_terminal
    configure_logging("warning" if quiet else settings.log_level, settings.log_format)
    settings, listener = listen(settings)
    if first is not None:
        await first(settings)
        began = time.monotonic()
    with traced(settings, "alongside"):
        await _run_embedded(settings, listener, given, began)
    console.print("Stopped. Everything is kept.")


async def _run_embedded(
    settings: Settings, listener: socket, given: dict[str, str | None], began: float
) -> None:
    from alongside.host import Host, create_services, has_data  # noqa: PLC0415  # --help stays quick
    from alongside.secrets import refuse_lost_keys  # noqa: PLC0415

    console.print(f"Alongside keeps its data in [bold]{settings.data.absolute()}[/]")
    refuse_lost_keys(settings.keys_folder, in_use=has_data(settings))
    with console.status("Opening the databases …"):
        with building():
            running = Host(create_services(settings), settings)
        await running.prepare()
    keep_port(settings)
    welcome = next((each.welcome for each in running.services.values() if each.welcome), None)
    if welcome is not None:
        await found_if_new(welcome, given)
    from alongside.front import FrontDoor  # noqa: PLC0415

    # From here on there is something to stop in order, even before anybody reads that it runs.
    told = told_to_stop()
    await running.start()
    try:
        async with serving(
            FrontDoor(running.services.values()), listener, trusted_proxies=settings.trusted_proxies
        ):
            console.print(
                f"Ready at [bold]{settings.origin}[/] after {time.monotonic() - began:.1f} s"
            )
            if welcome is not None:
                console.print("Sign in here (the link works once, for 15 minutes):")
                typer.echo(await welcome.link())
            if settings.smtp_url is None:
                console.print(
                    f"No mail server is set: mail goes to {settings.mail_folder.absolute()}"
                )
            console.print("Ctrl-C stops.")
            await told.wait()
            console.print("Stopping …")
    finally:
        await running.stop()


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")],
    port: Port = None,
    host: Address = None,
    roles: Annotated[
        str,
        typer.Option(
            "--roles",
            "--role",
            help="Which parts to run: web, worker, relay, ticker, separated by commas. Without web "
            "the port answers for health and figures alone.",
        ),
    ] = "web,worker,relay,ticker",
) -> None:
    """Run one service in a process of its own, as the stack does.

    Example: alongside serve logbook --port 8102

    Example: alongside serve notifier --role worker --port 8113
    """
    from alongside.host import ROLES  # noqa: PLC0415

    settings = load_settings(listens=True, port=port, host=host)
    chosen = tuple(part.strip() for part in roles.split(",") if part.strip())
    if unknown := set(chosen) - set(ROLES):
        stop(f"Unknown role {', '.join(sorted(unknown))}. There are: {', '.join(ROLES)}.")
    if not chosen:
        stop(f"Name at least one role of: {', '.join(ROLES)}.")
    cli_support.run(_serve(settings, service_name(service), chosen))


async def _serve(settings: Settings, name: ServiceName, roles: tuple[str, ...]) -> None:
    from alongside.host import Host, create_services  # noqa: PLC0415
    from alongside.web.health import HealthDoor  # noqa: PLC0415

    configure_logging(settings.log_level, settings.log_format)
    settings, listener = listen(settings)
    with building():
        running = Host(create_services(settings, [name]), settings, roles=roles)
    (service,) = running.services.values()
    service.web.state.ready = running.ready
    pages = service.web if "web" in roles else HealthDoor(service.web)
    # Pages answer at once, with a clear error while the database is away; the loops start behind.
    starting = asyncio.create_task(_start_when_ready(running))
    with traced(settings, f"alongside-{name}"):
        try:
            async with serving(pages, listener, trusted_proxies=settings.trusted_proxies):
                console.print(f"{name} listens on {settings.host}:{settings.port}")
                await until_told_to_stop()
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await running.stop()


async def _start_when_ready(running: Any) -> None:
    while True:
        try:
            await running.prepare(longest=3600)
            await running.start()
        except Exception as error:  # noqa: BLE001  # the pages stay up and say what is wrong
            console.print(f"Not ready yet: {error!r}", markup=False)
            await asyncio.sleep(2)
        else:
            return
