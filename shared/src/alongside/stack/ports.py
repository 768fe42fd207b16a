"""Ports of this machine: free ones, and those a part had the last time."""

import json
import socket
from pathlib import Path


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether one could listen on a port."""
    return obstacle(port, host) is None


def obstacle(port: int, host: str = "127.0.0.1") -> OSError | None:
    """Return why one cannot listen on a port; nothing if one can."""
    with socket.socket() as probe:
        # As servers do: the last connections of a server that just stopped do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


class Ports:
    """Who listens where, kept in a file, so that addresses stay the same over restarts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, name: str) -> int:
        """Return the port that a part has taken."""
        return self._ports[name]

    def take(self, name: str) -> int:
        """Return the port that a part had the last time, or a free one if that is taken now."""
        port = self._ports.get(name, 0)
        if not port or not is_free(port):
            port = free_port()
        if self._ports.get(name) != port:
            self._ports[name] = port
            self._file.write_text(json.dumps(self._ports))
        return port
