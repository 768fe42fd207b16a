"""One PostgreSQL server a test session, and a fresh database a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from alongside.stack.postgres import PostgresServer
from alongside.testing.folders import scratch_folder


class FreshDatabases:
    """Hands out databases that nobody has touched: empty ones, or clones of a template."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._numbers = count(1)
        self._templates: dict[str, str] = {}

    def fresh_database(self, like: str | None = None) -> str:
        """Make a database, empty or a clone of the named template, and return its address."""
        name = f"test_{next(self._numbers)}"
        source = f" TEMPLATE {self._templates[like]}" if like is not None else ""
        self.server.databases.execute(f"CREATE DATABASE {name}{source}")
        return self.server.databases.url(name)

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Have a template of this name, prepared once (migrated, say); return the name.

        `prepare` gets the address and must have closed its connections when it returns: PostgreSQL
        clones no database that somebody is connected to.
        """
        if name not in self._templates:
            database = f"template_{len(self._templates) + 1}"
            self.server.databases.execute(f"CREATE DATABASE {database}")
            prepare(self.server.databases.url(database))
            self._templates[name] = database
        return name

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        name = url.rsplit("/", 1)[-1]
        self.server.databases.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running_postgres() -> Iterator[FreshDatabases]:
    """Run a server in a folder of its own, without waiting for disks; stop it and sweep up."""
    with (
        scratch_folder("postgres") as folder,
        PostgresServer(folder / "data", durable=False) as server,
    ):
        yield FreshDatabases(server)
