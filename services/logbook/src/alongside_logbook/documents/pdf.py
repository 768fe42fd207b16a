"""A document as PDF (PDF/UA-1: tagged, with a title, headings, table headings and texts for pictures)."""

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import segno

from alongside.errors import Invalid, Unavailable
from alongside_logbook.documents.face import Face
from alongside_logbook.domain.papers.documents import spelled
from alongside_logbook.domain.papers.sheet import Bar, Cell, Sheet, hours, shown
from alongside_logbook.domain.words import month as say_month

PDF = "application/pdf"
PNG = "image/png"

_SECONDS = 180
"""How long a document may take: thousands of sessions take seconds, on a busy machine many."""

MOST_LINES = 2_500
"""Lines of tables in a PDF: the typesetter takes 0.2 MB of memory for each, while it works."""

_LONG = 600
_LONG_WORD = 24
_BREAK = "\u200b"
_PREVIEWED = 9
"""Rows of each table that a preview shows: they fill the first page."""


class Press:
    """Typesets documents, a few at a time and long ones one at a time, each in a process of its own."""

    def __init__(self, at_once: int = 2) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._long = asyncio.Semaphore(1)

    async def pdf(self, face: Face) -> bytes:
        """Return the PDF.

        Raises `Invalid` for one that is too long, `Unavailable` if it could not be made.
        """
        if not fits(face):
            raise Invalid(
                f"A PDF holds at most {MOST_LINES} lines. Take Excel or CSV, or a shorter period."
            )
        slots = self._long if face.lines > _LONG else self._slots
        return await self._run(job(face), slots)

    async def preview(self, face: Face, ppi: int = 80) -> bytes:
        """Return a picture of the first page, as PNG."""
        return await self._run(job(face, preview=True, ppi=ppi), self._slots)

    async def _run(self, work: bytes, slots: asyncio.Semaphore) -> bytes:
        async with slots:
            process = await asyncio.create_subprocess_exec(
                *_program(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            try:
                made, why = await asyncio.wait_for(process.communicate(work), _SECONDS)
            except BaseException:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
                raise
        if process.returncode != 0:
            raise Unavailable("The PDF could not be made.") from RuntimeError(why.decode()[-2000:])
        return made


def fits(face: Face) -> bool:
    """Tell whether a document is short enough for a PDF."""
    return face.lines <= MOST_LINES


def job(face: Face, *, preview: bool = False, ppi: int = 72) -> bytes:
    """Return what the press is given."""
    data = _data(face, _PREVIEWED if preview else None)
    return json.dumps(
        {"template": _template(), "data": data, "format": "png" if preview else "pdf", "ppi": ppi}
    ).encode()


def _program() -> tuple[str, ...]:
    return (sys.executable, "-I", str(Path(str(files(__package__))) / "press.py"))


@cache
def _template() -> str:
    return files(__package__).joinpath("document.typ").read_text()


def _data(face: Face, most: int | None) -> dict[str, Any]:
    at = face.issued_at
    code = spelled(face.code)
    return {
        "title": face.title,
        "person": face.person,
        "lead": face.lead,
        "description": face.description,
        "period": face.period,
        "issued_by": face.issued_by,
        "at": [at.year, at.month, at.day, at.hour, at.minute, at.second],
        "facts": [[name, _breakable(value)] for name, value in face.facts],
        "code": code,
        "code_lines": [code[:19], code[20:]],
        "check": face.check,
        "check_short": face.check_short,
        "qr": _qr(face.check) if face.code else "",
        "figures": face.content.figures,
        "bars": drawing(face.content.bars),
        "bars_open": any(bar.open_minutes for bar in face.content.bars),
        "bars_alt": told(face.content.bars),
        "sheets": [_sheet(sheet, most) for sheet in face.content.sheets],
        "notes": [*face.content.notes, *face.notes],
    }


def _sheet(sheet: Sheet, most: int | None) -> dict[str, Any]:
    rows: Sequence[tuple[Cell, ...]] = sheet.rows[:most]
    has_total = sheet.total is not None and len(rows) == len(sheet.rows)
    if has_total and sheet.total is not None:
        rows = [*rows, sheet.total]
    return {
        "title": sheet.title,
        "lead": sheet.lead,
        "empty": sheet.empty,
        "columns": [column.name for column in sheet.columns],
        "kinds": [column.kind for column in sheet.columns],
        "widths": [column.width for column in sheet.columns],
        "rows": [
            [
                _breakable(shown(cell, column))
                for cell, column in zip(row, sheet.columns, strict=True)
            ]
            for row in rows
        ],
        "has_total": has_total,
    }


def _breakable(text: str) -> str:
    """Let a word that is longer than any cell be broken, and drop what cannot be printed."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split(" ")
    return " ".join(
        _BREAK.join(word[at : at + _LONG_WORD] for at in range(0, len(word), _LONG_WORD))
        if len(word) > _LONG_WORD
        else word
        for word in words
    )


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=4, border=2, xmldecl=False, light="#ffffff", nl=False
    )
    return drawn.getvalue().decode()


def told(bars: Sequence[Bar]) -> str:
    """Return the drawing of months in words."""
    parts = [
        f"{say_month(bar.month)}: {hours(bar.minutes)} hours"
        + (f" and {hours(bar.open_minutes)} to be confirmed" if bar.open_minutes else "")
        for bar in bars
        if bar.minutes or bar.open_minutes
    ]
    return "Hours by month. " + "; ".join(parts)


def drawing(bars: Sequence[Bar]) -> str:
    """Return months as bars, confirmed below and open above, as SVG; empty for fewer than two.

    There is nothing in it but numbers and names of months.
    """
    if len(bars) < 2:  # noqa: PLR2004  # one bar tells nothing
        return ""
    wide, high, foot = 740.0, 62.0, 13.0
    most = max(bar.minutes + bar.open_minutes for bar in bars)
    step = min(wide / len(bars), 60.0)
    width = min(22.0, step * 0.7)
    every = -(-len(bars) // 24)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high + foot:g}" '
        'font-family="Libertinus Serif" font-size="7.5" text-anchor="middle">'
    )
    parts = [
        head,
        f'<path d="M0 {high:g}H{wide:g}" stroke="#c9cfc8" stroke-width=".6"/>',
    ]
    for at, bar in enumerate(bars):
        middle = (at + 0.5) * step
        done = (high - 12) * bar.minutes / most
        waiting = (high - 12) * bar.open_minutes / most
        left = middle - width / 2
        if done:
            parts.append(
                f'<rect x="{left:.2f}" y="{high - done:.2f}" width="{width:.2f}" '
                f'height="{done:.2f}" fill="#2f6b57"/>'
            )
        if waiting:
            parts.append(
                f'<rect x="{left:.2f}" y="{high - done - waiting:.2f}" width="{width:.2f}" '
                f'height="{waiting:.2f}" fill="#f3e3c3" stroke="#8a6d2f" stroke-width=".5"/>'
            )
        if (bar.minutes or bar.open_minutes) and every == 1:
            parts.append(
                f'<text x="{middle:.2f}" y="{high - done - waiting - 3:.2f}" fill="#1f2a26">'
                f"{(bar.minutes + bar.open_minutes) / 60:.3g}</text>"
            )
        if at % every == 0:
            name = say_month(bar.month)
            said = name if at == 0 or bar.month.endswith("-01") else name[:3]
            parts.append(f'<text x="{middle:.2f}" y="{high + 9:.2f}" fill="#55605a">{said}</text>')
    return "".join([*parts, "</svg>"])
