"""Files that people sent here, handed out so that nothing in them can act."""

from urllib.parse import quote

from fastapi import Response

HANDED_OUT = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
"""Even a browser that is made to open it runs nothing of it, as nobody."""


def attachment(name: str) -> str:
    """Return a Content-Disposition that saves under this name and shows nothing."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def download(content: bytes, name: str, media_type: str) -> Response:
    """Return a file for saving. `media_type` is what we found it to be, never what somebody said."""
    headers = {**HANDED_OUT, "Content-Disposition": attachment(name)}
    return Response(content, media_type=media_type, headers=headers)
