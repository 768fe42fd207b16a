"""Cells of logs: a value, or a reason in words; never anything else."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_logbook.domain.logs import cells
from alongside_logbook.domain.logs.cells import Unread

pytestmark = pytest.mark.unit

THIRD = date(2026, 3, 1)

DAYS = [
    ("2026-03-01", "mdy", THIRD),
    ("2026/3/1", "dmy", THIRD),
    ("20260301", "mdy", THIRD),
    ("3/1/2026", "mdy", THIRD),
    ("1/3/2026", "dmy", THIRD),
    ("1.3.26", "dmy", THIRD),
    ("3-1-26", "mdy", THIRD),
    ("03/01/99", "mdy", date(1999, 3, 1)),
    ("March 1, 2026", "mdy", THIRD),
    ("Mar. 1 2026", "dmy", THIRD),
    ("1 March 2026", "mdy", THIRD),
    ("1-Mar-26", "mdy", THIRD),
    ("Sunday, March 1st, 2026", "mdy", THIRD),
    ("46082", "mdy", THIRD),
]


@pytest.mark.parametrize(("text", "order", "day"), DAYS)
def test_days(text, order, day):
    assert cells.read_day(text, order).date == day


def test_a_day_may_name_its_time_and_be_ambiguous():
    found = cells.read_day("3/4/2026 2:30 PM", "mdy")
    assert (found.date, found.at, found.ambiguous) == (date(2026, 3, 4), time(14, 30), True)
    assert cells.read_day("3/4/2026", "dmy").date == date(2026, 4, 3)
    assert not cells.read_day("3/13/2026", "mdy").ambiguous
    assert not cells.read_day("3/3/2026", "mdy").ambiguous


@pytest.mark.parametrize(
    ("text", "order", "reason"),
    [
        ("", "mdy", "There is no date."),
        ("13/4/2026", "mdy", "Is the order day/month instead?"),
        ("4/13/2026", "dmy", "Is the order month/day instead?"),
        ("2026-02-30", "mdy", "no day of the calendar"),
        ("1 Smarch 2026", "mdy", "is no month"),
        ("12", "mdy", "is not a date"),
        ("99999", "mdy", "is a number, not a date"),
    ],
)
def test_what_is_no_day_says_why(text, order, reason):
    with pytest.raises(Unread, match=reason.replace("?", r"\?")):
        cells.read_day(text, order)


LENGTHS = [
    ("90", "minutes", 90),
    ("1.5", "hours", 90),
    ("1,5", "hours", 90),
    ("1:30", "minutes", 90),
    ("01:30:00", "hours", 90),
    ("1.5 h", "minutes", 90),
    ("1.5 hrs", "minutes", 90),
    ("90 min", "hours", 90),
    ("1h 30m", "hours", 90),
    ("1 hour and 30 minutes", "minutes", 90),
    ("1½", "hours", 90),
    ("½ hour", "minutes", 30),
    ("1.33", "hours", 80),
    ("0", "minutes", 0),
]


@pytest.mark.parametrize(("text", "unit", "minutes"), LENGTHS)
def test_durations(text, unit, minutes):
    assert cells.read_length(text, unit) == cells.Length(minutes)


def test_what_had_to_be_rounded_is_said():
    assert cells.read_length("1.376", "hours") == cells.Length(83, rounded=True)


@pytest.mark.parametrize("text", ["", "soon", "1:75", "99999", "26 h", "-5", "2:30 PM", "1e9"])
def test_what_is_no_duration_says_why(text):
    with pytest.raises(Unread, match=r"\."):
        cells.read_length(text, "minutes")


TIMES = [
    ("10:30", time(10, 30), None),
    ("2:30 PM", time(14, 30), None),
    ("2pm", time(14), None),
    ("12 am", time(0), None),
    ("14.30", time(14, 30), None),
    ("0930", time(9, 30), None),
    ("noon", time(12), None),
    ("0.4375", time(10, 30), None),
    ("10:00 - 11:30", time(10), time(11, 30)),
    ("1-2:30 PM", time(13), time(14, 30)),
    ("11:30-1 pm", time(11, 30), time(13)),
    ("9:00 AM to 10:15 AM", time(9), time(10, 15)),
]


@pytest.mark.parametrize(("text", "start", "end"), TIMES)
def test_times(text, start, end):
    assert cells.read_times(text) == (start, end)


@pytest.mark.parametrize("text", ["25:00", "13 pm", "morning", "1-2-3", "7"])
def test_what_is_no_time_says_why(text):
    with pytest.raises(Unread, match="time"):
        cells.read_times(text)


def test_words():
    assert cells.read_kind("1:1") == cells.read_kind("Ind.") == "individual"
    assert cells.read_kind("Small group") == cells.read_kind("G") == "group"
    assert cells.read_share("yes", "minutes", 60) == 60
    assert cells.read_share("no", "minutes", 60) == 0
    assert cells.read_share("0.5 h", "minutes", 60) == 30
    assert cells.read_mode("Zoom") == "virtual"
    assert cells.read_mode("face to face") == "in_person"
    assert cells.read_ages("Infants (0-3)") == ("0-3",)
    assert cells.read_credentials("LCSW, IMH-E (IMHM-C), ERS") == ("IMHM-C", "ERS")
    assert cells.read_credentials("ECMHM-C") == ("ECMHM-C",)


texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789/-.:, apmhr½'\u2013", max_size=24),
    st.sampled_from(["March 31 2026", "31/31/2026", "0000-00-00", "1:30 h", "9999-12-31 23:59"]),
)


def value_or_reason(read):
    try:
        return read()
    except Unread as reason:
        return reason


@settings(max_examples=400, deadline=None)
@given(texts, st.sampled_from(["mdy", "dmy"]), st.sampled_from(["minutes", "hours"]))
def test_every_cell_is_a_value_or_a_reason(text, order, unit):
    readers = [
        lambda: cells.read_day(text, order).date,
        lambda: cells.read_length(text, unit).minutes,
        lambda: cells.read_times(text)[0],
        lambda: cells.read_share(text, unit, 60),
        lambda: cells.read_kind(text),
        lambda: cells.read_count(text),
        lambda: cells.read_mode(text) or "nothing",
    ]
    for read, kind in zip(readers, (date, int, time, int, str, int, str), strict=True):
        found = value_or_reason(read)
        assert isinstance(found, kind) or str(found).endswith((".", "?"))
    assert set(cells.read_ages(text)) <= {"0-3", "3-6"}
    assert isinstance(cells.read_credentials(text), tuple)
