"""Vendored files: read once, packed once, named by their content, kept by browsers for ever."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote

from starlette.types import Receive, Scope, Send

PREFIX = "/static/"

_FOR_EVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"public, max-age=300"
_WORTH_PACKING = ("text/", "application/javascript", "application/json", "image/svg+xml")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to be sent."""

    version: str
    media_type: str
    content: bytes
    packed: bytes | None


class Statics:
    """The ASGI application of `/static/`, and the maker of its addresses."""

    def __init__(self, *folders: Path) -> None:
        self._files: dict[str, StaticFile] = {}
        for folder in folders:
            self._files.update(_files_in(folder))

    def url(self, name: str) -> str:
        """Return a file's address, which changes with its content."""
        file = self._files.get(name)
        return f"{PREFIX}{name}?v={file.version}" if file else f"{PREFIX}{name}"

    def has(self, path: str) -> bool:
        """Tell whether a file is to be had at this path."""
        return path.startswith(PREFIX) and unquote(path.removeprefix(PREFIX)) in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file: packed where that is understood, nothing where it is already there."""
        del receive
        file = self._files.get(unquote(scope["path"].removeprefix(PREFIX)))
        if scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, [(b"allow", b"GET, HEAD")], b"")
        elif file is None:
            await _send(send, 404, [(b"content-type", b"text/plain")], b"Not found.\n")
        else:
            await self._send_file(file, scope, send)

    async def _send_file(self, file: StaticFile, scope: Scope, send: Send) -> None:
        asked = {name: value for name, value in scope["headers"] if name in _OF_INTEREST}
        etag = f'"{file.version}"'.encode()
        version = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        headers = [
            (b"etag", etag),
            (b"cache-control", _FOR_EVER if version == [file.version] else _ASK_AGAIN),
            (b"vary", b"accept-encoding"),
        ]
        if etag in asked.get(b"if-none-match", b""):
            await _send(send, 304, headers, None)
            return
        content = file.content
        headers.append((b"content-type", file.media_type.encode()))
        if file.packed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
            content = file.packed
            headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(content)).encode()))
        await _send(send, 200, headers, b"" if scope["method"] == "HEAD" else content)


_OF_INTEREST = frozenset({b"if-none-match", b"accept-encoding"})


@cache
def _files_in(folder: Path) -> dict[str, StaticFile]:
    # Shared by the services of one process.
    return {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    media_type = (
        _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    packed = None
    if media_type.startswith(_WORTH_PACKING):
        packed = gzip.compress(content, 9, mtime=0)
        packed = packed if len(packed) < len(content) else None
    return StaticFile(hashlib.sha256(content).hexdigest()[:12], media_type, content, packed)


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes | None
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})
