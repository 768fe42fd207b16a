"""Looking at an installation part by part: what is wrong, and what to do. It changes nothing."""

import asyncio
import contextlib
import os
import shutil
import stat
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from alongside.db import migrate
from alongside.db.database import is_transient
from alongside.errors import AlongsideError
from alongside.host import create_services, has_data
from alongside.messaging.knock import knock
from alongside.operations.figures import figures_of
from alongside.operations.finding import Finding, bad, good
from alongside.operations.processes import processes
from alongside.operations.watch import Hearing
from alongside.secrets import Secrets, lost_keys
from alongside.service import ServiceApp
from alongside.settings import SECRETS, SERVICES, ServiceName, Settings
from alongside.stack.keys import KEYS_OF

if TYPE_CHECKING:
    from alongside.messaging.login import Login  # which brings Kafka's client along

_LITTLE_SPACE = 500 * 2**20
_SKEW = 5
"""Seconds by which the clocks of two machines may differ."""
_LONGEST = 15
"""Seconds for which one part is waited for."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at one part after the other, the nearest first."""
    for finding in (*_folder(settings), *_keys(settings), *_origin(settings)):
        yield finding
    if settings.mode == "stack":
        async for finding in processes(settings.data.absolute()):
            yield finding
    # To look at a service is to make it, and in embedded mode that makes the keys that are missing.
    for name in () if has_data(settings) and lost_keys(settings.keys_folder) else SERVICES:
        async for finding in _service(settings, name):
            yield finding
    if settings.mode == "stack":
        async for finding in _kafka(settings):
            yield finding
    if settings.otlp_endpoint:
        yield await _collector(settings.otlp_endpoint)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data.absolute()
    if not folder.exists():
        if settings.mode == "embedded":
            yield bad("folder", f"{folder} is not there yet.", "`alongside up` makes it.")
        return
    if not os.access(folder, os.W_OK):
        yield bad(
            "folder",
            f"{folder} cannot be written by this user.",
            "Run as whoever owns it, or change its owner.",
        )
    free = shutil.disk_usage(folder).free
    said = f"{free / 2**30:.1f} GiB free for {folder}"
    if free < _LITTLE_SPACE:
        yield bad("disk", said, "Make room: without it nothing can be written down.")
    else:
        yield good("disk", said)


def _keys(settings: Settings) -> Iterator[Finding]:
    folder = settings.keys_folder
    if settings.mode == "embedded" and not folder.exists():
        return  # made with the first start
    wanted = {name for keys in KEYS_OF.values() for name in keys}
    if settings.mode == "stack":
        # Each service is given its own: all are here only where everything is.
        named = [KEYS_OF[each] for each in SERVICES if getattr(settings, f"{each}_database_url")]
        wanted = {name for keys in named for name in keys}
    missing = sorted(name for name in wanted if not os.access(folder / name, os.R_OK))
    if missing:
        yield bad(
            "keys",
            f"{', '.join(missing)} cannot be read in {folder.absolute()}.",
            "Copy them from the backup, or from the installation that signs people in; set "
            "ALONGSIDE_KEYS to their folder. New ones (alongside keys) sign everybody out, and "
            "no calendar's address can be shown again.",
        )
        return
    yield from _key_contents(Secrets(folder), wanted)
    yield from _key_modes(folder, wanted)


def _key_contents(keys: Secrets, wanted: set[str]) -> Iterator[Finding]:
    try:
        if "link.key" in wanted:
            keys.link_mac("doctor", "")
        if "feed.key" in wanted:
            keys.feed_mac("doctor")
        public = keys.public_key.public_bytes_raw()
        pair = "signing.pem" not in wanted or (
            keys.signing_key.public_key().public_bytes_raw() == public
        )
    except (AlongsideError, ValueError) as error:
        yield bad("keys", f"A key cannot be used: {error}", "Copy it anew from the backup.")
        return
    if pair:
        yield good("keys", f"all keys are in {keys.folder.absolute()}")
    else:
        yield bad(
            "keys",
            "signing.pem and verifying.pem do not belong together.",
            "Copy both from the same place: nobody can sign in with these.",
        )


def _key_modes(folder: Path, wanted: set[str]) -> Iterator[Finding]:
    if folder.is_relative_to(SECRETS) or stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0:
        return  # an orchestrator's own, or a folder that keeps everybody out
    private = sorted(wanted - {"verifying.pem"})
    opened = [name for name in private if (folder / name).stat().st_mode & 0o077]
    if opened:
        yield bad(
            "keys",
            f"Others on this machine may read {', '.join(opened)}.",
            f"chmod 600 {' '.join(str(folder / name) for name in opened)}",
        )


def _origin(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.origin)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        yield bad(
            "address",
            f"People reach the pages at {settings.origin}, unencrypted.",
            "Put a proxy with TLS before them, and set ALONGSIDE_BASE_URL to its https:// address.",
        )


async def _service(settings: Settings, name: ServiceName) -> AsyncIterator[Finding]:
    if settings.mode == "embedded":
        if not (settings.data / f"{name}.db").exists():
            if settings.data.exists():
                yield bad(name, "has no database yet.", "`alongside up` makes it.")
            return
    elif getattr(settings, f"{name}_database_url") is None:
        return  # another process's, with an environment of its own
    try:
        app = create_services(settings, [name])[name]
    except (AlongsideError, OSError, ValueError) as error:
        said = error.detail if isinstance(error, AlongsideError) else str(error)
        yield bad(name, f"cannot be made with these settings: {said}", "Mend that, and look again.")
        return
    try:
        async with asyncio.timeout(2 * _LONGEST):
            async for finding in _running(app):
                yield finding
    except TimeoutError:
        yield bad(name, f"did not answer within {2 * _LONGEST} s.", "Is its database overloaded?")
    finally:
        for stop in app.on_stop:
            await stop()
        await app.database.close()


async def _running(app: ServiceApp) -> AsyncIterator[Finding]:
    try:
        async with asyncio.timeout(_LONGEST):
            await app.database.ping()
            revision = await migrate.revision_of(app.database)
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        yield _away(app, error)
        return
    found = await asyncio.to_thread(_version, app, revision)
    yield found
    if not found.good:
        return
    for finding in await _clocks(app):
        yield finding
    for figure in await figures_of(app):
        if figure.is_wrong:
            yield bad(app.name, f"{figure.label.lower()}: {figure.text}", figure.advice)
    if app.undone is not None:
        kinds = Counter(each.why for each in await app.undone.listed())
        for why, count in kinds.most_common():
            yield bad(app.name, f"{count} given up: {why}", "See Operations for each of them.")
    if app.examine is not None:
        for finding in await app.examine():
            yield finding


def _version(app: ServiceApp, revision: str | None) -> Finding:
    head = migrate.head_of(app.migrations)
    if revision == head:
        return good(app.name, "the database answers and is up to date")
    if migrate.serves(app.migrations, revision):
        return good(app.name, f"the database answers; a newer version has been here ({revision})")
    return bad(
        app.name,
        f"the database is at revision {revision or 'none'}, and this version needs {head}.",
        f"Run: alongside migrate {app.name}",
    )


def _away(app: ServiceApp, error: Exception) -> Finding:
    where = app.database.url.render_as_string(hide_password=True)
    why = str(getattr(error, "orig", None) or error).splitlines()
    said = f"the database at {where} cannot be used: {why[0] if why else type(error).__name__}"
    if app.database.dialect == "sqlite":
        return bad(
            app.name, said, "May this user write to its folder, and is there room on the disk?"
        )
    hint = (
        "Is it running, and reachable from here? Its pages answer 503 meanwhile; the others serve."
        f"{_log_of(app.settings, 'postgres')}"
        if is_transient(error) or isinstance(error, OSError)
        else "Is the password right, and does the database exist and belong to this role?"
    )
    return bad(app.name, said, hint)


def _log_of(settings: Settings, part: str) -> str:
    """Return where its log is, where it runs as a process of ours."""
    log = settings.data.absolute() / "logs" / f"{part}.log"
    return f" Its log: {log}" if log.is_file() else ""


async def _clocks(app: ServiceApp) -> tuple[Finding, ...]:
    if app.database.dialect != "postgresql":
        return ()
    async with app.database.read() as session:
        before = app.clock.now()
        theirs = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        between = before + (app.clock.now() - before) / 2
    skew = (theirs - between).total_seconds()
    if abs(skew) <= _SKEW:
        return ()
    return (
        bad(
            app.name,
            f"the database's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} ours.",
            "Have both machines set their clocks by NTP: leases and reminders go by them.",
        ),
    )


async def _kafka(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.kafka_bootstrap:
        yield bad("kafka", "ALONGSIDE_KAFKA_BOOTSTRAP is not set.", "Set it, such as kafka:9092.")
        return
    from aiokafka.errors import KafkaError  # noqa: PLC0415  # only the stack has it

    from alongside.messaging.lag import Standing, standing  # noqa: PLC0415
    from alongside.messaging.topics import groups_of  # noqa: PLC0415

    meanwhile = "Pages work meanwhile, and what is said waits in the outbox."
    if not await _listens(settings.kafka_bootstrap):
        yield bad(
            "kafka",
            f"{settings.kafka_bootstrap} does not answer: nobody listens there.",
            f"Is it running, and reachable from here? {meanwhile}{_log_of(settings, 'kafka')}",
        )
        return
    known: dict[str, Standing] = {}
    groups: dict[str, str] = {}
    try:
        logins = list(_logins(settings))
    except AlongsideError as error:
        yield bad("kafka", error.detail, "Its user and its password go together.")
        return
    for login, services in logins:
        groups |= (asked := groups_of(services))
        try:
            known |= await standing(settings.kafka_bootstrap, login, asked, longest=_LONGEST)
        except (OSError, TimeoutError, KafkaError) as error:
            who = f" by {login.user}" if login.user else ""
            yield bad(
                "kafka",
                f"{settings.kafka_bootstrap} listens, and cannot be used{who}: "
                f"{str(error) or type(error).__name__}",
                "Are ALONGSIDE_KAFKA_USER, _PASSWORD and _CA right, was what that user needs granted "
                f"(alongside topics --grant), and is it up already? {meanwhile}"
                f"{_log_of(settings, 'kafka')}",
            )
            return
    waiting = sum(sum(each.waiting.values()) for each in known.values())
    heard = f"{waiting} records are still to be heard" if waiting else "all that was said is heard"
    yield good("kafka", f"{settings.kafka_bootstrap} answers; {heard}")
    for group, each in known.items():
        hearing = Hearing(group.removeprefix("alongside."), groups[group], each)
        if hearing.trouble:
            said, _, advice = hearing.trouble.partition(". ")
            yield bad("kafka", f"{hearing.consumer}: {said.lower()}.", advice)


def _logins(settings: Settings) -> Iterator[tuple["Login", list[ServiceName]]]:
    """Return as whom Kafka is asked, and about whose groups.

    A stack of plain processes has the passwords of all: there each service's groups are asked for as
    that service, which needs no more rights than it has, and finds out where it lacks one.
    """
    from alongside.messaging.login import Login  # noqa: PLC0415  # only the stack has it

    named = [each for each in SERVICES if getattr(settings, f"{each}_database_url") is not None]
    files = {each: settings.data / "secrets" / f"kafka-{each}.password" for each in named}
    if settings.kafka_user and all(file.is_file() for file in files.values()):
        for each, file in files.items():
            yield Login(each, file.read_text().strip(), settings.kafka_ca), [each]
    else:
        yield Login.of(settings), named


async def _listens(bootstrap: str) -> bool:
    """Tell whether one of the brokers takes a connection."""
    for server in bootstrap.split(","):
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(5):
                await knock([server.strip()])
            return True
    return False


async def _collector(endpoint: str) -> Finding:
    parts = urlsplit(endpoint)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(parts.hostname, port)
        writer.close()
    except (OSError, TimeoutError) as error:
        return bad(
            "traces",
            f"{endpoint} takes no connection: {str(error) or type(error).__name__}",
            "Start the collector, or leave ALONGSIDE_OTLP_ENDPOINT empty. Nothing else waits for it.",
        )
    return good("traces", f"{endpoint} takes them")
