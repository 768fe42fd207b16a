"""Files of any make, honest and hostile, and what their columns mean."""

import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from alongside_logbook.domain.logs.mapping import Mapping, guess, order_of, without_notes
from alongside_logbook.domain.logs.rows import read_rows
from alongside_logbook.uploads.process import read_apart
from alongside_logbook.uploads.reading import read_table
from alongside_logbook.uploads.shapes import MOST_COLUMNS, Table, UnreadableFile

pytestmark = pytest.mark.unit

ROW = ["2026-03-01", "90", "Ada “Ann” Sample"]


def workbook(*sheets: tuple[str, list[list[object]]], visible: bool = True) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        day, clock, length = (
            book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "hh:mm", "[h]:mm:ss")
        )
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    form = {date: day, time: clock, timedelta: length}.get(type(cell))
                    if isinstance(cell, str) and not cell.startswith("="):
                        sheet.write_string(at, place, cell)
                    elif form is not None:
                        sheet.write_datetime(at, place, cell, form)
                    else:
                        sheet.write(at, place, cell)
    return made.getvalue()


TEXTS = [
    ("comma", 'Date,Minutes,Supervisor\n2026-03-01,90,"Ada “Ann” Sample"\n'.encode()),
    ("semicolon, BOM", "\ufeffDate;Minutes;Supervisor\r\n2026-03-01;90;Ada “Ann” Sample\r\n".encode()),
    ("tab, UTF-16", "Date\tMinutes\tSupervisor\n2026-03-01\t90\tAda “Ann” Sample\n".encode("utf-16")),
    ("UTF-16, no BOM", "Date,Minutes,Supervisor\n2026-03-01,90,Ada “Ann” Sample\n".encode("utf-16-le")),
    ("cp1252", "Date,Minutes,Supervisor\n2026-03-01,90,Ada “Ann” Sample\n".encode("cp1252")),
    ("line end in a cell", 'Date,Minutes,Supervisor\n2026-03-01,90,"Ada\n“Ann” Sample"\n'.encode()),
    ("titles above", "My log,,\n,,\nDate,Minutes,Supervisor\n2026-03-01,90,Ada “Ann” Sample\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize(("_kind", "content"), TEXTS, ids=[kind for kind, _ in TEXTS])
def test_text_of_any_make(_kind, content):
    table = read_table(content)
    assert table.headings == ["Date", "Minutes", "Supervisor"]
    assert [cells for _, cells in table.rows] == [ROW]
    assert bool(table.said) == (_kind in {"cp1252", "UTF-16, no BOM"})


def test_an_open_quotation_mark_spoils_one_row():
    table = read_table(b'Date,Minutes\n2026-03-01,90\n"2026-03-02,60\n2026-03-03,30\n')
    assert [line for line, _ in table.rows] == [2, 4]
    assert table.broken == [(3, '"2026-03-02,60')]


def test_a_workbook_is_read_as_a_person_would_type_it():
    content = workbook(
        ("Cover", [["Nothing to see"], ["here"]]),
        (
            "Log",
            [
                ["Supervision of Ann"],
                [],
                ["Date", "Start", "Duration", "Hours", "Supervisor"],
                [date(2026, 3, 1), time(9, 30), timedelta(minutes=90), 1.5, "=1+1"],
                [datetime(2026, 3, 2), "2:30 PM", "45 min", 2, "Ada Sample"],
            ],
        ),
    )
    table = read_table(content)
    assert [line for line, _ in table.rows] == [4, 5]
    assert table.rows[0][1] == ["2026-03-01", "09:30", "1:30:00", "1.5", "0"]
    assert table.rows[1][1][1:] == ["2:30 PM", "45 min", "2", "Ada Sample"]
    assert "sheet “Log”" in table.said[0]
    assert read_table(content, "cover").headings == ["Nothing to see"]
    with pytest.raises(UnreadableFile, match="no sheet"):
        read_table(content, "Other")


def bomb(size: int) -> bytes:
    """A workbook that says it is `size` bytes unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1000)
    raw = bytearray(made.getvalue())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(raw)


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("photo.jpg", b"x")
    return made.getvalue()


HOSTILE = [
    ("empty", b"  \n\0", "This file is empty"),
    ("a bomb's header", bomb(2**30), "far larger than it seems"),
    ("an archive", archive(), "an archive, not a table"),
    ("a broken archive", b"PK\x03\x04" + b"x" * 50, "damaged"),
    ("an old workbook, broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "damaged"),
    ("a PDF", b"%PDF-1.7", "This is a PDF"),
    ("a picture", b"\x89PNG\r\n", "This is a picture"),
    ("a million columns", b"," .join([b"a"] * 1_000_000) + b"\n1,2\n", f"more than {MOST_COLUMNS} columns"),
    ("headings alone", b"Date,Minutes\n", "no rows below"),
    ("too many rows", b"Date,Minutes\n" + b"2026-03-01,1\n" * 20_100, "At most 20000 rows"),
    ("a program", b"Date,\0\0\x01\x02Minutes\n1,\x002\n", "not a table"),
]  # fmt: skip


@pytest.mark.parametrize(("_kind", "content", "words"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_what_is_no_log_is_refused_with_words(_kind, content, words):
    with pytest.raises(UnreadableFile, match=words):
        read_table(content)


async def test_a_file_is_read_in_a_process_whose_memory_ends():
    table = await read_apart(TEXTS[0][1])
    assert table == Table(["Date", "Minutes", "Supervisor"], [(2, ROW)], [], [])
    # Its last cell is the furthest a sheet can have: a table of 17 thousand million cells.
    far = workbook(("Log", [["Date", "Minutes"], ["2026-03-01", "90"]]))
    with zipfile.ZipFile(io.BytesIO(far)) as packed:
        parts = {each: packed.read(each) for each in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", cell)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(UnreadableFile):
        await read_apart(made.getvalue())


def sheet_of(text: str):
    table = read_table(text.encode())
    return without_notes(table.headings, table.rows, broken=table.broken)


def test_notes_are_left_at_the_door():
    prose = "They said a great deal about what happened this week at length and in detail. "
    sheet = sheet_of(f"Date,Topics,Odd,Minutes\n2026-03-01,secret,{prose},60\n")
    assert sheet.headings == ["Date", "Minutes"]
    assert sheet.notes == ("Topics", "Odd")


HEADINGS = [
    ("Session Date,Time In,Time Out,Facilitator,Facilitator's email",
     {"date": 0, "start": 1, "end": 2, "provider": 3, "provider_email": 4}),
    ("Date of RS Session,Hours (decimal),Name of Reflective Supervisor,Individual/Group,Location",
     {"date": 0, "duration": 1, "provider": 2, "kind": 3, "mode": 4}),
    ("Date,Length of session,With,E-mail,# of participants",
     {"date": 0, "duration": 1, "provider": 2, "provider_email": 3, "head_count": 4}),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "columns"), HEADINGS)
def test_columns_are_guessed_from_what_people_write_above_them(headings, columns):
    sheet = sheet_of(f"{headings}\n" + ",".join(["1"] * (headings.count(",") + 1)))
    assert guess(sheet, many=False).columns == columns


@pytest.mark.parametrize(
    ("days", "order", "ambiguous"),
    [
        (["3/4/2026", "3/14/2026"], "mdy", None),
        (["3/4/2026", "14/3/2026"], "dmy", None),
        (["3/4/2026", "5/6/2026"], "mdy", "3/4/2026"),
        (["2026-03-04", "4/4/2026"], "mdy", None),
    ],
)
def test_the_order_of_month_and_day_is_what_fits(days, order, ambiguous):
    sheet = sheet_of("Date,Minutes\n" + "".join(f"{day},60\n" for day in days))
    assert order_of(sheet, Mapping(columns={"date": 0})) == (order, ambiguous)


def test_hours_and_minutes_are_told_apart():
    for heading, cell, unit in (
        ("Hours", "90", "hours"), ("Minutes", "1", "minutes"), ("Length", "1.5", "hours"), ("Length", "90", "minutes"),
    ):  # fmt: skip
        assert guess(sheet_of(f"Date,{heading}\n2026-03-01,{cell}\n"), many=False).unit == unit


ROWS = [
    ("2026-03-01,9:00,10:30,,Pat,pat@example.org,", 90, []),
    ("2026-03-01,9:00-10:30,,,Pat,pat@example.org,", 90, []),
    ("2026-03-01,10:30,9:00,,Pat,pat@example.org,", 0, ["which is not after 10:30"]),
    ("2026-03-01,,,,Pat,pat@example.org,", 0, ["does not say how long"]),
    ("2026-03-01,,,60,Pat,not an address,", 60, ["is not an e-mail address of the provider"]),
    ("2026-03-01,,,60,=Pat,pat@example.org,", 60, ["looks like a formula"]),
    ("never,,,60,Pat,pat@example.org,maybe", 60, ["is not a date", "neither individual nor group"]),
]


@pytest.mark.parametrize(("row", "minutes", "problems"), ROWS)
def test_a_row_is_a_session_or_says_why_not(row, minutes, problems):
    sheet = sheet_of(f"Date,Start,End,Duration,Supervisor,Supervisor email,Type\n{row}\n")
    sheet.headings[:] = [
        "Date",
        "Start",
        "End",
        "Duration",
        "Supervisor",
        "Supervisor email",
        "Type",
    ]
    (found,) = read_rows(sheet, Mapping(columns={
        "date": 0, "start": 1, "end": 2, "duration": 3, "provider": 4, "provider_email": 5, "kind": 6,
    }))  # fmt: skip
    assert found.minutes == minutes
    assert len(found.problems) == len(problems)
    for said, expected in zip(found.problems, problems, strict=True):
        assert expected in said


def test_a_group_is_as_large_as_is_said_of_the_whole_log():
    sheet = sheet_of("Date,Minutes,Type,Size\n2026-03-01,60,group,\n2026-03-02,60,group,9\n")
    columns = {"date": 0, "duration": 1, "kind": 2, "head_count": 3}
    for usual, expected in ((None, (2, 9)), (6, (6, 9))):
        rows = read_rows(sheet, Mapping(columns=columns, head_count=usual))
        assert tuple(row.head_count for row in rows) == expected
        assert [bool(row.warnings) for row in rows] == [usual is None, False]
