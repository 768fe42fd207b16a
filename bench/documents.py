"""A session log as PDF: through a process of its own, against the typesetter alone with a bare table."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median

import typst

from alongside_logbook.documents.face import Face, face_of
from alongside_logbook.documents.pdf import MOST_LINES, Press
from alongside_logbook.documents.plain import csv_bytes
from alongside_logbook.documents.workbook import xlsx
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.papers.documents import Facts, code_of, totals_of
from alongside_logbook.domain.papers.hours_sheets import Line, Provider, audit, by_month
from alongside_logbook.domain.papers.sheet import Content, shown
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.domain.signatures import signatures
from alongside_logbook.rulebook import shipped
from bench.figures import Figure

SIZES = (300, MOST_LINES)
ROUNDS = 5

_BARE = b"""
#let rows = json(bytes(sys.inputs.rows))
#set document(title: "Bare", date: none)
#set page(paper: "us-letter", flipped: true)
#set text(size: 8pt, lang: "en")
#table(columns: rows.at(0).len(), table.header(..rows.at(0)), ..rows.slice(1).flatten())
"""


def measure() -> list[Figure]:
    """Return the figures, in milliseconds."""
    figures = []
    for size in SIZES:
        rounds = ROUNDS if size == SIZES[0] else 1
        face = _face(size)
        ours = _milliseconds(partial(_pressed, face), rounds)
        bare = _milliseconds(partial(_bare, face), rounds)
        remark = "PDF/UA-1; bare: the same cells, nothing else, no process"
        figures.append(Figure(f"PDF of {size} sessions", ours, "ms", bare=bare, remark=remark))
    face = _face(SIZES[0])
    figures += [
        Figure(
            "picture of a first page",
            _milliseconds(lambda: asyncio.run(Press().preview(face)), ROUNDS),
            "ms",
        ),
        Figure(f"XLSX of {SIZES[0]} sessions", _milliseconds(lambda: xlsx(face), ROUNDS), "ms"),
        Figure(f"CSV of {SIZES[0]} sessions", _milliseconds(lambda: csv_bytes(face), ROUNDS), "ms"),
    ]
    return figures


def _pressed(face: Face) -> None:
    asyncio.run(Press().pdf(face))


def _bare(face: Face) -> None:
    sheet = face.content.sheets[0]
    rows = [[column.name for column in sheet.columns]]
    rows += [
        [shown(cell, column) for cell, column in zip(row, sheet.columns, strict=True)]
        for row in sheet.rows
    ]
    fonts = typst.Fonts(include_system_fonts=False)
    typst.compile(
        _BARE, sys_inputs={"rows": json.dumps(rows)}, pdf_standards="ua-1", font_paths=fonts
    )


def _face(sessions: int) -> Face:
    pack = shipped().pack("alliance/apply/IFS")
    lines = [_line(number) for number in range(sessions)]
    content = Content(
        figures=(("Sessions", str(sessions)),),
        bars=by_month(lines),
        sheets=(audit(lines, pack, "America/Chicago", {"pat": "Pat Sample", "ann": "Ann Sample"}),),
    )
    facts = Facts(
        nonce=str(time.perf_counter_ns()),
        kind="audit",
        person_id="ann",
        person="Ann Sample",
        association="Sample Association",
        zone="America/Chicago",
        since=date(2024, 1, 1),
        until=date(2025, 12, 31),
        issued_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
        issued_by_id="ann",
        issued_by="Ann Sample",
        totals=totals_of([line.entry for line in lines]),
        position=2 * sessions,
        head="0" * 64,
        content="",
    )
    return face_of(facts, content, code_of(facts.text()), "https://hours.example.org")


def _line(number: int) -> Line:
    held = datetime(2024, 1, 2, 16, tzinfo=UTC) + timedelta(hours=57 * number)
    first = EntryVersion(
        entry_id=f"e{number:05}",
        version=1,
        supervisee_id="ann",
        provider_id="pat",
        series_id="s",
        occurrence_key="k",
        title=f"Tuesday circle {number}",
        kind="group",
        started_at=held,
        zone="America/Chicago",
        held_on=held.date(),
        scheduled_minutes=90,
        head_count=6,
        presence="present",
        minutes=90,
        about_rsc_minutes=0,
        status="recorded",
        awaits="ann",
        act="recorded",
        actor_id="pat",
        at=held + timedelta(hours=2),
    )
    word = {"actor_id": "ann", "act": "confirmed", "awaits": None, "status": "confirmed"}
    second = first.model_copy(update={**word, "version": 2, "at": held + timedelta(days=1)})
    reason = f"Counts 1 h 30 min. The provider held ERS on {held:%B} {held.day}, {held.year}."
    verdict = Verdict(state="counted", code="counted", reason=reason, buckets={"rsc": 90})
    history = [first, second]
    return Line(second, signatures(history), Provider("pat", "Pat Sample"), verdict=verdict)


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
