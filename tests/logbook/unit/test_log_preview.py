"""What an import would do with a row, and that no row at all upsets it."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_logbook.domain.logs.headings import COLUMNS
from alongside_logbook.domain.logs.mapping import Mapping, Sheet
from alongside_logbook.domain.logs.overlaps import Stretch, clashes
from alongside_logbook.domain.logs.preview import (
    Known,
    KnownPerson,
    judge,
    months,
    providers,
)
from alongside_logbook.domain.logs.rows import Row, kept_cells, read_rows
from alongside_logbook.uploads.reading import read_table
from alongside_logbook.uploads.shapes import UnreadableFile

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
ANN = KnownPerson("ann", "Ann", "America/Chicago")
PAT = KnownPerson("pat", "Pat Known", "America/Denver")
KNOWN = Known(
    now=NOW,
    owner=ANN,
    people={"pat@example.org": PAT, "ann@example.org": ANN},
    outside={"ona@example.com": ("o1", "Ona Outside")},
    existing=[Stretch("e1", "ann", "o1", date(2026, 3, 2), None, 60)],
    existing_words={"e1": "Circle, March 2, 2026, 1 h"},
)


def row(line: int = 2, **facts: object) -> Row:
    return Row(
        **{
            "line": line,
            "provider": "Ona",
            "provider_email": "ona@example.com",
            "held_on": date(2026, 3, 3),
            "minutes": 60,
            **facts,
        }
    )


TABLE = [
    ({}, "good", ""),
    ({"provider_email": "pat@example.org"}, "good", ""),
    ({"provider_email": "new@example.com"}, "good", ""),
    ({"warnings": ["Look."]}, "warning", "Look."),
    ({"problems": ["Broken."]}, "refused", "Broken."),
    ({"provider_email": ""}, "refused", "There is no e-mail address of Ona."),
    ({"provider": "", "provider_email": ""}, "refused", "It does not say who gave it."),
    ({"provider_email": "ann@example.org"}, "refused", "to themselves"),
    ({"held_on": date(2026, 3, 21)}, "refused", "still to come"),
    ({"minutes": 0}, "refused", "minutes long"),
    ({"kind": "group", "head_count": 0}, "refused", "how many were there"),
    ({"held_on": date(2026, 3, 2)}, "left_out", "It is here already: Circle, March 2, 2026, 1 h."),
]


@pytest.mark.parametrize(("facts", "state", "words"), TABLE)
def test_what_becomes_of_a_row(facts, state, words):
    (judged,) = judge([row(**facts)], KNOWN)
    assert (judged.state, words in " ".join(judged.reasons)) == (state, True)
    assert state == "refused" or judged.facts is not None
    assert bool(judged.reasons) == (state != "good")


def test_a_clash_is_entered_only_if_it_is_wanted():
    rows = [row(2, at=time(9)), row(3, at=time(9), minutes=90), row(4, at=time(9, 30), minutes=45)]
    assert [each.state for each in judge(rows, KNOWN)] == ["good", "left_out", "left_out"]
    taken = judge(rows, KNOWN, take={4})
    assert [each.state for each in taken] == ["good", "left_out", "warning"]
    assert taken[2].reasons == ("At the same time as row 2.",)


def test_whose_hours_a_row_says_must_be_known():
    known = Known(now=NOW, owner=None, people=KNOWN.people, outside=KNOWN.outside)
    found = judge([row(person="ann@example.org"), row(3, person="who@example.org")], known)
    assert [(each.state, each.person) for each in found] == [("good", "Ann"), ("refused", "")]
    assert "Nobody is registered here as who@example.org." in found[1].reasons


def test_months_are_those_of_rows_that_are_sound():
    rows = [
        row(2, held_on=date(2025, 12, 3)),
        row(3, held_on=date(2026, 2, 3), minutes=90),
        row(4, held_on=date(1950, 1, 1)),
    ]
    found = months(judge(rows, KNOWN))
    assert [month for month, _ in found] == ["2025-12", "2026-01", "2026-02"]
    assert [minutes["good"] for _, minutes in found] == [60, 0, 90]


def test_providers_without_an_address_come_first():
    rows = [row(2), row(3, provider="Nell", provider_email="", credentials=("ERS",))]
    first, second = providers(judge(rows, KNOWN), KNOWN)
    assert (first.name, first.key, first.email, first.kinds) == ("Nell", "nell", "", ("ERS",))
    assert (second.name, second.known, second.registered) == ("Ona Outside", True, False)


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2026-03-01", "9999-12-31", "0001-01-01", "1/1/1900", "23:59", "9-10 am", "24 h", "720", "1:30",
         "ona@example.com", "ann@example.org", "=1+1", "<b>x</b>", "group", "yes", "ERS", "0", "-1", "∞", "½"]
    ),
)  # fmt: skip
WIDTH = len(COLUMNS)
ALL = Mapping(columns={name: place for place, name in enumerate(COLUMNS)})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), max_size=4), st.booleans())
def test_no_row_upsets_an_import(table, many):
    sheet = Sheet(headings=list(COLUMNS), rows=[(n + 2, each) for n, each in enumerate(table)])
    known = Known(NOW, None if many else ANN, KNOWN.people, KNOWN.outside)
    judged = judge(read_rows(sheet, ALL), known)
    assert len(judged) == len(table)
    for each in judged:
        assert each.state == "good" or all(each.reasons)
        assert (each.state == "good") == (not each.reasons)
    entered = [each for each in judged if each.state in {"good", "warning"} and each.facts]
    assert not clashes(
        Stretch(str(each.row.line), each.facts.supervisee_id, each.facts.provider_id,
                each.facts.held_on, each.facts.started_at if each.row.at else None, each.facts.minutes)
        for each in entered
    )  # fmt: skip
    months(judged)
    providers(judged, known)
    kept_cells(sheet, ALL)


starts = st.sampled_from(
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"Date,Minutes\n"]
)


@settings(max_examples=150, deadline=None)
@given(starts, st.binary(max_size=300))
def test_no_file_upsets_its_reader(start, content):
    try:
        table = read_table(start + content)
    except UnreadableFile as refused:
        table = None
        reason = refused.detail
    assert table is None or len(table.headings) >= 1
    assert table is not None or reason.endswith((".", "?"))
