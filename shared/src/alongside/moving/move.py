"""The move as a whole: refuse what would go wrong, carry, compare, and only then let it stand.

The source is only read. Each service is carried in one transaction, and all of them are committed
once every table of every service reads the same on both sides. Broken off at any moment, a move
leaves empty databases, or services that a second run finds carried already.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from alongside.db import migrate
from alongside.host import create_services
from alongside.moving import table
from alongside.moving.table import MoveRefused, Seal
from alongside.service import ServiceApp
from alongside.settings import SERVICES, Settings
from alongside.stack.lock import IN_USE, Lock

Progress = Callable[[str, int, int], None]
"""Told what is done, and how many of how many rows are through."""


@dataclass(slots=True)
class Moved:
    """What was carried."""

    rows: int = 0
    tables: int = 0
    waiting: int = 0
    """Events that were not delivered yet: the stack's relays carry them."""
    before: list[str] = field(default_factory=list)
    """Services that an earlier run had carried."""
    problems: list[str] = field(default_factory=list)
    """What services find wrong with their record; it was so in the source."""


@dataclass(slots=True)
class _Part:
    """One service: where its rows come from, and where they go."""

    app: ServiceApp
    source: Connection
    target: AsyncConnection
    tables: Sequence[Table]
    seals: dict[str, Seal] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.app.name


async def move(source: Settings, target: Settings, progress: Progress) -> Moved:
    """Carry everything of an embedded installation into empty databases of a stack.

    Raises `MoveRefused` where the source runs, a target is not empty or is not PostgreSQL, or the
    two are not of one version; then nothing was changed.
    """
    check_source(source)
    for name in SERVICES:
        _check_target(target.database_url(name), name)
    with held(source.data), ExitStack() as sources:
        engines = {name: _reading(source.data / f"{name}.db") for name in SERVICES}
        for engine in engines.values():
            sources.callback(engine.dispose)
        opened = {name: sources.enter_context(each.connect()) for name, each in engines.items()}
        # What is checked in the end is checked with the keys and the rules of the source.
        own = {"data": source.data, "keys": source.keys_folder}
        return await _carry(opened, create_services(target.model_copy(update=own)), progress)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep everybody else out of a data folder; refuse while somebody works with it."""
    lock = Lock(folder / IN_USE)
    try:
        lock.take()
    except BlockingIOError:
        raise MoveRefused(
            f"Something works with {folder.absolute()} at this moment. Stop Alongside there, and "
            "let commands on it end."
        ) from None
    try:
        yield
    finally:
        lock.release()


def check_source(source: Settings) -> None:
    """Refuse a folder that somebody works with, or that holds no embedded installation."""
    for name in SERVICES:
        file = source.data / f"{name}.db"
        if not file.is_file():
            raise MoveRefused(f"There is no {file.absolute()}: name the data folder with --data.")
    with held(source.data):
        return


def _check_target(url: str, name: str) -> None:
    if make_url(url).get_backend_name() != "postgresql":
        raise MoveRefused(
            f"Say where the {name}'s new database is: ALONGSIDE_{name.upper()}_DATABASE_URL, or "
            f"--{name}, such as postgresql+asyncpg://{name}:password@host/{name}. Or name the folder "
            "of a stack with --to."
        )


def _reading(file: Path) -> Engine:
    address = URL.create(
        "sqlite",
        database=f"file:{quote(str(file.absolute()))}",
        query={"mode": "ro", "uri": "true"},
    )
    return create_engine(address, poolclass=NullPool, hide_parameters=True)


async def _carry(
    sources: Mapping[Any, Connection], apps: Mapping[Any, ServiceApp], progress: Progress
) -> Moved:
    moved = Moved()
    async with AsyncExitStack() as targets:
        for app in apps.values():
            targets.push_async_callback(app.database.close)
        for name, app in apps.items():
            await app.database.wait_until_reachable(longest=10)
            await _same_version(sources[name], app)
        parts = [
            _Part(app, sources[name], connection, app.database.plumbing.metadata.sorted_tables)
            for name, app in apps.items()
            for connection in [await targets.enter_async_context(app.database.engine.connect())]
        ]
        for part in parts:
            table.check_shape(part.source, part.tables, part.name)
        total = sum(table.count(part.source, each) for part in parts for each in part.tables)
        counter = _Counter(2 * total, progress)
        for part in parts:
            if await _is_empty(part):
                await _copy(part, counter)
            else:
                moved.before.append(part.name)
                await _seal(part, counter)
        for part in parts:
            await _compare(part, counter, again=part.name in moved.before)
            moved.rows += sum(seal.rows for seal in part.seals.values())
            moved.tables += len(part.tables)
            moved.waiting += _waiting(part)
        for part in parts:
            await part.target.commit()
        for part in parts:
            progress(f"{part.name}: looking once more", counter.done, counter.total)
            await part.target.execute(text("ANALYZE"))
            await part.target.commit()
            if part.app.proof is not None:
                moved.problems += [f"{part.name}: {each}" for each in await part.app.proof()]
    return moved


async def _same_version(source: Connection, app: ServiceApp) -> None:
    """Have both sides at the newest revision; a target that nobody used yet is brought there."""
    head = migrate.head_of(app.migrations)
    here = MigrationContext.configure(source).get_current_revision()
    if here != head:
        raise MoveRefused(
            f"{app.name}: the data folder is at revision {here}, this version's is {head}. Start "
            "Alongside there once with this version, and stop it."
        )
    there = await migrate.revision_of(app.database)
    if there is None:
        await migrate.upgrade(app.database, app.migrations)
    elif there != head:
        raise MoveRefused(
            f"{app.name}: the new database is at revision {there}, this version's is {head}. Run "
            f"`alongside migrate {app.name}` there."
        )


async def _is_empty(part: _Part) -> bool:
    for each in part.tables:
        if (await part.target.execute(text(f'SELECT 1 FROM "{each.name}" LIMIT 1'))).first():  # noqa: S608  # our own names
            return False
    return True


@dataclass(slots=True)
class _Counter:
    total: int
    tell: Progress
    done: int = 0

    def add(self, what: str, rows: int) -> None:
        self.done += rows
        self.tell(what, self.done, self.total)


async def _copy(part: _Part, counter: _Counter) -> None:
    for each in part.tables:
        seal = part.seals.setdefault(each.name, Seal())
        for rows in table.batches(part.source, each):
            seal.add(rows)
            await table.write(part.target, each, rows)
            counter.add(f"{part.name}: {each.name}", len(rows))
        await table.go_on_counting(part.target, each)


async def _seal(part: _Part, counter: _Counter) -> None:
    for each in part.tables:
        seal = part.seals.setdefault(each.name, Seal())
        for rows in table.batches(part.source, each):
            seal.add(rows)
            counter.add(f"{part.name}: {each.name}", len(rows))


async def _compare(part: _Part, counter: _Counter, *, again: bool) -> None:
    for each in part.tables:
        there = await table.seal_of(part.target, each)
        if there != part.seals[each.name] and again:
            raise MoveRefused(
                f"The new database of the {part.name} is not empty, and holds something else in "
                f"{each.name}. Give it an empty one."
            )
        if there != part.seals[each.name]:
            raise MoveRefused(
                f"{part.name}.{each.name} does not read the same in its new place: "
                f"{part.seals[each.name].rows} rows here, {there.rows} there. Nothing was moved."
            )
        counter.add(f"{part.name}: {each.name}, compared", there.rows)


def _waiting(part: _Part) -> int:
    query = text("SELECT count(*) FROM outbox WHERE done_at IS NULL")
    return int(part.source.execute(query).scalar_one())
