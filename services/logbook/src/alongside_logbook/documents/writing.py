"""A document as a file of the format that is asked for, and what the file is called."""

import asyncio
import re
import unicodedata

from alongside_logbook.documents.face import Face
from alongside_logbook.documents.pdf import PDF, Press
from alongside_logbook.documents.plain import csv_bytes
from alongside_logbook.documents.workbook import xlsx
from alongside_logbook.domain.papers.documents import Format
from alongside_logbook.sheets import CSV, XLSX

FORMATS: dict[Format, tuple[str, str]] = {
    "pdf": ("PDF", PDF),
    "xlsx": ("Excel", XLSX),
    "csv": ("CSV", CSV),
}
"""How each format is called, and its media type."""

_UNSAFE = re.compile(r"[^a-z0-9]+")


async def written(face: Face, file_format: Format, press: Press) -> bytes:
    """Return the file. The same document always gives the same bytes."""
    if file_format == "pdf":
        return await press.pdf(face)
    return await asyncio.to_thread(xlsx if file_format == "xlsx" else csv_bytes, face)


def file_name(face: Face, file_format: Format) -> str:
    """Return a name for the file: `session-log-ann-sample-2026-03-02.pdf`."""
    plain = unicodedata.normalize("NFKD", f"{face.title} {face.person}")
    words = _UNSAFE.sub("-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return f"{words[:80]}-{face.issued_at:%Y-%m-%d}.{file_format}"
