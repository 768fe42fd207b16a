"""Documents without a database: codes, sums, and what the files hold, read back from their bytes."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from alongside.contracts import Credential
from alongside.errors import Invalid
from alongside_logbook.documents import pdf as pdf_module
from alongside_logbook.documents.face import Face, face_of
from alongside_logbook.documents.pdf import Press, drawing
from alongside_logbook.documents.plain import csv_bytes
from alongside_logbook.documents.workbook import xlsx
from alongside_logbook.documents.writing import file_name
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.papers.documents import (
    Facts,
    Kind,
    code_of,
    spelled,
    totals_of,
    typed,
)
from alongside_logbook.domain.papers.hours_sheets import Line, Provider, audit, by_month, rollup
from alongside_logbook.domain.papers.sheet import Content, Sheet, hours, shown
from alongside_logbook.domain.papers.training_sheets import by_area, each_of
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.domain.signatures import signatures
from alongside_logbook.rulebook import shipped

pytestmark = pytest.mark.unit

PAT = Provider(
    "pat",
    "Pat Sample",
    (
        Credential(
            credential_id="c1", kind="ERS", valid_from=date(2026, 1, 20), registry_number="777"
        ),
    ),
    agency="Sample Agency",
)
HOSTILE = (
    "=cmd|' /C calc'!A0",
    '<b>#strong[x]</b> $y$ #import "@preview/x:1.0": *',
    "שלום עולם",
    "\U0001f331 seedlings",
    "漢字",
    "W" * 200,
    "-1+1\tx",
)


def line(number: int = 0, minutes: int = 90, **facts: Any) -> Line:
    """Make an entry that was recorded by Pat, and confirmed by Ann unless it says otherwise."""
    held = datetime(2026, 1, 6, 16, tzinfo=UTC) + timedelta(days=7 * number)
    status = facts.pop("status", "confirmed")
    provider = facts.pop("provider", PAT)
    verdict = facts.pop("verdict", None)
    first = EntryVersion(
        **{
            "entry_id": f"e{number:03}",
            "version": 1,
            "supervisee_id": "ann",
            "provider_id": provider.person_id,
            "series_id": "s1",
            "occurrence_key": "k",
            "title": "Tuesday circle",
            "kind": "group",
            "started_at": held,
            "zone": "America/Chicago",
            "held_on": held.date(),
            "scheduled_minutes": 90,
            "head_count": 6,
            "presence": "present",
            "minutes": minutes,
            "about_rsc_minutes": 0,
            "status": "recorded",
            "awaits": "ann",
            "act": "recorded",
            "actor_id": "pat",
            "at": held + timedelta(hours=2),
            **facts,
        }
    )
    history = [first]
    if status == "confirmed":
        word = {"actor_id": "ann", "act": "confirmed", "awaits": None, "status": "confirmed"}
        history.append(
            first.model_copy(update={**word, "version": 2, "at": held + timedelta(hours=5)})
        )
    elif status != "recorded":
        history.append(first.model_copy(update={"version": 2, "status": status, "act": status}))
    return Line(history[-1], signatures(history), provider, verdict=verdict)


def face(*sheets: Sheet, lines: tuple[Line, ...] = (), kind: Kind = "audit") -> Face:
    content = Content(
        figures=(("Hours confirmed by both", "24.00"),), bars=by_month(lines), sheets=sheets
    )
    facts = Facts(
        nonce="n",
        kind=kind,
        person_id="ann",
        person="Ann #Sample <i>",
        association="Sample Association",
        zone="America/Chicago",
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
        issued_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
        issued_by_id="ann",
        issued_by="Ann Sample",
        totals=totals_of([each.entry for each in lines]),
        position=2,
        head="ab" * 32,
        content="",
    )
    return face_of(facts, content, code_of(facts.text()), "https://hours.example.org")


def cells(sheet: Sheet, name: str) -> list[str]:
    at = [column.name for column in sheet.columns].index(name)
    rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    return [shown(row[at], sheet.columns[at]) for row in rows]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1440, "24.00"),
        (16 * 90, "24.00"),
        (50, "0.83"),
        (1, "0.02"),
        (0, "0.00"),
        (59999, "999.98"),
    ],
)
def test_hours_are_rounded_once_halves_up(minutes, said):
    assert hours(minutes) == said


def test_minutes_are_summed_before_they_are_rounded():
    # Three times 50 minutes: 0.83 three times would be 2.49.
    sheet = rollup([line(number, 50) for number in range(3)], None)
    assert cells(sheet, "Total hours") == ["2.50", "2.50"]


def test_sixteen_times_ninety_is_twenty_four():
    assert cells(rollup([line(n) for n in range(16)], None), "Total hours")[-1] == "24.00"


def test_a_line_for_each_provider_and_kind_in_the_order_they_are_typed_in():
    quinn = Provider("quinn", "Quinn", (), "quinn@example.org", "Elsewhere", claimed=True)
    sheet = rollup(
        [line(4, provider=quinn), line(1), line(5), line(2, kind="individual", head_count=1)], None
    )
    assert [column.name for column in sheet.columns[:8]] == [
        "Provider", "Credential", "E-mail", "Agency", "Individual or group", "From", "To",
        "Total hours",
    ]  # fmt: skip
    assert cells(sheet, "Provider") == ["Pat Sample", "Pat Sample", "Quinn", "Total"]
    assert cells(sheet, "Individual or group")[:3] == ["Group", "Individual", "Group"]
    assert cells(sheet, "From")[:2] == ["Jan 13, 2026", "Jan 20, 2026"]
    assert cells(sheet, "To")[0] == "Feb 10, 2026"
    assert cells(sheet, "Credential")[0] == "none on record; then ERS no. 777"
    assert cells(sheet, "Credential")[2] == "none on record (claimed, not looked up)"
    assert cells(sheet, "E-mail")[2] == "quinn@example.org"


def test_only_what_both_confirmed_is_in_totals():
    lines = [
        line(0),
        line(1, status="recorded"),
        line(2, status="returned"),
        line(3, status="withdrawn"),
        line(4, other_minutes=30),
        line(5, minutes=0, presence="absent"),
    ]
    totals = totals_of([each.entry for each in lines])
    assert (totals.sessions, totals.minutes) == (2, 150)
    assert (totals.open_sessions, totals.open_minutes, totals.withdrawn) == (2, 180, 1)
    assert cells(rollup(lines, None), "Total hours") == ["2.50", "2.50"]
    sheet = audit(lines, None, "America/Chicago", {"pat": "Pat", "ann": "Ann"})
    assert cells(sheet, "Minutes") == ["90", "90", "90", "60", "0", "150"]
    assert cells(sheet, "Marks")[1:5] == [
        "waits for confirmation",
        "returned",
        "30 min administrative or clinical left out",
        "absent",
    ]


def test_both_words_and_the_status_on_each_day():
    sheet = audit([line(0), line(3)], None, "America/Chicago", {"pat": "Pat", "ann": "Ann"})
    assert cells(sheet, "Provider's word")[0] == "Pat, Jan 6, 2026 12:00"
    assert cells(sheet, "Supervisee's word")[0] == "Ann, Jan 6, 2026 15:00"
    assert cells(sheet, "Provider, and status that day")[:2] == [
        "Pat Sample; none on record",
        "Pat Sample; ERS no. 777",
    ]


def test_minutes_counted_by_bucket_and_why():
    pack = shipped().pack("alliance/apply/IMHM-C")
    main, part = (each for each in pack.requirements if each.kind == "rsc")
    verdict = Verdict(
        state="counted", code="counted", reason="Because.", buckets={main.id: 90, part.id: 30}
    )
    lines = [line(0, verdict=verdict), line(1)]
    sheet = audit(lines, pack, "UTC", {})
    assert cells(sheet, f"Counted: {main.label}") == ["90", "0", "90"]
    assert cells(sheet, f"Counted: {part.label}") == ["30", "0", "30"]
    assert cells(sheet, "What counts, and why")[0] == "Because."
    assert cells(rollup(lines, pack), f"Counted: {main.label}") == ["1.50", "1.50"]


def test_a_coordinators_word_is_marked():
    entry = line(0).entry.model_copy(
        update={"override": "died", "act": "overridden", "actor_id": "cora"}
    )
    sheet = audit([Line(entry, signatures([entry]), PAT)], None, "UTC", {"cora": "Cora"})
    assert "coordinator's word: the provider died" in cells(sheet, "Marks")[0]
    assert "Cora (coordinator, in the provider's place)" in cells(sheet, "Provider's word")[0]


def test_months_without_hours_are_in_the_drawing():
    bars = by_month([line(0), line(9, status="recorded")])
    assert [(bar.month, bar.minutes, bar.open_minutes) for bar in bars] == [
        ("2026-01", 90, 0), ("2026-02", 0, 0), ("2026-03", 0, 90),
    ]  # fmt: skip
    assert drawing(bars).count("<rect") == 2
    assert drawing(bars[:1]) == ""


def test_a_code_is_made_from_what_is_said():
    code = code_of('{"a":1}')
    assert len(code) == 28
    assert code_of('{"a":2}') != code
    assert spelled(code).count("-") == 6
    assert typed(f" {spelled(code).lower()} ") == code
    assert typed(spelled(code).replace("-", "\xad")) == code
    assert typed("OIL1" + code[4:]) == "0111" + code[4:]


@pytest.mark.parametrize("text", ["", "12", "U" * 28, "A" * 27, "A" * 29, "é" * 28, "../" * 10])
def test_what_can_be_no_code(text):
    assert typed(text) is None


async def test_the_pdf_is_tagged_and_holds_hostile_text_as_text():
    lines = tuple(line(n, title=title) for n, title in enumerate(HOSTILE))
    made = face(audit(lines, None, "UTC", {"pat": "Pat", "ann": "Ann"}), lines=lines)
    press = Press()
    pdf = await press.pdf(made)
    assert pdf == await press.pdf(made)
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Session log: Ann #Sample <i>"
    tags = list(_tags(root["/StructTreeRoot"]))
    kinds = [kind for kind, _ in tags]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 2
    assert kinds.count("/TR") == len(HOSTILE) + 2
    assert kinds.count("/TH") == 9
    figures = [alt for kind, alt in tags if kind == "/Figure"]
    assert len(figures) == 2
    assert all(figures)
    text = "".join(page.extract_text() for page in reader.pages)
    flat = "".join(text.split()).replace("\u200b", "")
    assert "=cmd|'/Ccalc'!A0" in flat
    assert '<b>#strong[x]</b>$y$#import"@preview/x:1.0":*' in flat
    assert "[seedling]seedlings" in flat
    assert "[U+6F22][U+5B57]" in flat
    assert flat.count("W") >= 200
    assert spelled(made.code) in flat
    assert "nobodyatanassociation" in flat


async def test_a_pdf_that_would_be_too_long_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(pdf_module, "MOST_LINES", 2)
    made = face(rollup([line(n, provider=Provider(str(n), "P")) for n in range(3)], None))
    with pytest.raises(Invalid, match="Take Excel or CSV"):
        await Press().pdf(made)


async def test_a_preview_is_a_picture_without_a_code():
    made = face(rollup([line()], None)).model_copy(update={"code": "", "check": ""})
    assert (await Press().preview(made)).startswith(b"\x89PNG")


def test_the_workbook_read_back():
    lines = tuple(line(n, title=title) for n, title in enumerate(HOSTILE))
    made = face(
        audit(lines, None, "UTC", {"pat": "Pat", "ann": "Ann"}), rollup(lines, None), lines=lines
    )
    assert xlsx(made) == xlsx(made)
    book = CalamineWorkbook.from_object(io.BytesIO(xlsx(made)))
    assert book.sheet_names == ["About", "Every session", "Reflective supervision consulta"]
    about = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python()}
    assert about["Verification code"] == spelled(made.code)
    assert about["Check it at"] == f"https://hours.example.org/check/{spelled(made.code)}"
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[1][0] == date(2026, 1, 6)
    for title, row in zip(HOSTILE, rows[1:], strict=False):
        assert str(row[1]).startswith(title)
    assert rows[-1][3] == 90 * len(HOSTILE)
    total = book.get_sheet_by_index(2).to_python()[-1]
    assert total[7] == 10.5


def test_the_table_as_csv_read_back():
    lines = [line(n, title=title) for n, title in enumerate(HOSTILE)]
    made = face(audit(lines, None, "UTC", {"pat": "Pat", "ann": "Ann"}))
    content = csv_bytes(made)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Day", "Session"]
    assert rows[1][0] == "2026-01-06"
    assert rows[1][1].startswith("'=cmd")
    assert sum(int(row[3]) for row in rows[1 : len(HOSTILE) + 1]) == int(rows[len(HOSTILE) + 1][3])
    assert ["Verification code", spelled(made.code)] in rows
    assert not any(cell[:1] in {"=", "+", "-", "@"} for row in rows for cell in row)


def test_file_names_are_plain():
    assert file_name(face(), "pdf") == "session-log-ann-sample-i-2026-03-02.pdf"


def test_without_trainings_it_says_so():
    for sheet in (by_area([]), each_of([])):
        assert sheet.rows == ()
        assert sheet.total is None
    made = face(by_area([]), each_of([]), kind="trainings")
    assert "No trainings in this period." in csv_bytes(made).decode()


def _tags(node: Any):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            yield from _tags(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"]), str(node.get("/Alt", ""))
        if "/K" in node:
            yield from _tags(node["/K"])
