"""Looking after an installation: migrations, topics, keys."""

from typing import Annotated, cast, get_args

import typer

from alongside import cli_support
from alongside.cli_support import console, load_settings, service_name, stop
from alongside.errors import AlongsideError
from alongside.settings import ServiceName, Settings

app = typer.Typer()


@app.command()
def migrate(
    service: Annotated[
        str, typer.Argument(help="Which service; default: all that are installed.")
    ] = "",
    longest: Annotated[
        float, typer.Option(min=1, help="Seconds that one statement may take on PostgreSQL.")
    ] = 60,
) -> None:
    """Bring the databases to the newest revision. A one-shot job of the stack.

    The version before may go on serving. Where a table stays in use, it gives up after some tries
    and changes nothing: run it again.

    Example: alongside migrate logbook
    """
    settings = load_settings()
    cli_support.run(_migrate(settings, [service_name(service)] if service else None, longest))


async def _migrate(settings: Settings, names: list[ServiceName] | None, longest: float) -> None:
    from alongside.db import migrate as migrations  # noqa: PLC0415
    from alongside.host import create_services  # noqa: PLC0415

    for each in create_services(settings, names).values():
        await each.database.wait_until_reachable()
        patience = migrations.Patience(statement=longest)
        changed = await migrations.upgrade(each.database, each.migrations, patience=patience)
        console.print(f"{each.name}: {'migrated' if changed else 'up to date'}")
        await each.database.close()


@app.command()
def topics(
    partitions: Annotated[int, typer.Option(help="Partitions of a new topic.")] = 6,
    replication: Annotated[int, typer.Option(help="Copies of each partition.")] = 1,
    grant: Annotated[
        bool,
        typer.Option(
            "--grant",
            help="Also allow the users scheduler, logbook and notifier what each service needs, and "
            "nothing else. ALONGSIDE_KAFKA_USER must be somebody who may do that.",
        ),
    ] = False,
    grow: Annotated[
        bool,
        typer.Option(
            "--grow",
            help="Also have at least so many partitions in topics that exist. Stop every relay first; "
            "it refuses while anything is left to be heard.",
        ),
    ] = False,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew",
            help="Delete the topics first, with all that they hold: for a restore. Stop every service "
            "before, and run alongside replay after.",
        ),
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway",
            help="Grow although something is left to be heard, by whoever is gone for good.",
        ),
    ] = False,
) -> None:
    """Make the Kafka topics that do not exist yet. A one-shot job of the stack.

    Example: alongside topics --partitions 6 --replication 3

    Example: alongside topics --partitions 12 --grow

    Example: ALONGSIDE_KAFKA_USER=admin alongside topics --grant
    """
    settings = load_settings()
    if not settings.kafka_bootstrap:
        stop("Set ALONGSIDE_KAFKA_BOOTSTRAP to where Kafka is, such as 127.0.0.1:9092.")
    from alongside.messaging.kafka import declare_topics  # noqa: PLC0415
    from alongside.messaging.login import Login  # noqa: PLC0415

    if anew:
        from alongside.messaging.partitions import delete  # noqa: PLC0415

        gone = cli_support.run(delete(settings.kafka_bootstrap, Login.of(settings)))
        console.print(f"Deleted: {', '.join(gone)}" if gone else "There were no topics.")
    made = cli_support.run(
        declare_topics(
            settings.kafka_bootstrap,
            partitions=partitions,
            replication=replication,
            login=Login.of(settings),
            grant=grant,
        )
    )
    console.print(f"Made: {', '.join(made)}" if made else "All topics exist.")
    if grow:
        from alongside.messaging import partitions as of_topics  # noqa: PLC0415

        login = Login.of(settings)
        grown = cli_support.run(
            of_topics.grow(settings.kafka_bootstrap, partitions, login, anyway=anyway)
        )
        for topic, had in grown.items():
            console.print(f"{topic}: {had} partitions before, {partitions} now")


@app.command()
def keys(
    turn: Annotated[
        str,
        typer.Option(
            help="Put a new key in the place of one: signing (sign-ins, API tokens), link (links in "
            "mails, what is kept sealed) or feed (addresses of calendars). What the one before "
            "signed, sealed or made is still taken."
        ),
    ] = "",
) -> None:
    """Make the signing and link keys that are missing. The embedded mode does this by itself.

    Example: ALONGSIDE_KEYS=/run/alongside/keys alongside keys

    Example: alongside keys --turn signing
    """
    from alongside import secrets  # noqa: PLC0415

    settings = load_settings()
    if turn:
        if turn not in get_args(secrets.Turned):
            stop(f"There is no key {turn!r}; there are {', '.join(get_args(secrets.Turned))}.")
        try:
            secrets.turn(settings.keys_folder, cast("secrets.Turned", turn))
        except AlongsideError as error:
            stop(error.detail)
        then = (
            "Start the notifier again. Addresses that the one before made go on, and are shown as they "
            "are. If it leaked, run then: alongside feeds-anew"
            if turn == "feed"
            else "Start every service again, the scheduler last."
        )
        console.print(f"The {turn} key is new. {then}")
    secrets.Secrets(settings.keys_folder, allow_create=True)
    console.print(f"The keys are in {settings.keys_folder.absolute()}")
