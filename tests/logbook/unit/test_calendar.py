"""Whole months, as rules mean them: the first and the last day included."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_logbook.domain.calendar import (
    add_months,
    last_day,
    months_between,
    whole_months,
)
from alongside_logbook.domain.words import counted, day, duration, listed, month

pytestmark = pytest.mark.unit

DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("first", "months", "result"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 11, 15), 2, date(2025, 1, 15)),
        (date(2024, 3, 15), -24, date(2022, 3, 15)),
    ],
)
def test_adding_months(first, months, result):
    assert add_months(first, months) == result


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2024, 1, 9), date(2024, 12, 10), 11),
        (date(2024, 1, 9), date(2025, 1, 7), 11),
        (date(2024, 1, 9), date(2025, 1, 8), 12),
        (date(2024, 1, 9), date(2025, 1, 14), 12),
        (date(2024, 1, 9), date(2024, 1, 9), 0),
        (date(2024, 1, 1), date(2025, 12, 31), 24),
    ],
)
def test_whole_months(first, last, months):
    assert whole_months(first, last) == months


@given(DAYS, st.integers(1, 60))
def test_a_span_that_long_has_that_many_whole_months(first, months):
    last = last_day(first, months)
    assert whole_months(first, last) == months
    assert whole_months(first, last - timedelta(days=1)) == months - 1


@given(DAYS, DAYS, st.integers(1, 60))
def test_a_later_start_never_ends_earlier(one, other, months):
    earlier, later = sorted((one, other))
    assert last_day(earlier, months) <= last_day(later, months)


def test_months_between():
    assert months_between(date(2024, 11, 30), date(2025, 2, 1)) == (
        "2024-11", "2024-12", "2025-01", "2025-02"
    )  # fmt: skip


def test_words():
    assert [duration(each) for each in (0, 45, 60, 390)] == ["0 min", "45 min", "1 h", "6 h 30 min"]
    assert day(date(2025, 5, 14)) == "May 14, 2025"
    assert month("2026-03") == "Mar 2026"
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "meeting") == "3 meetings"
    assert listed(["ERS"]) == "ERS"
    assert listed(["ERS", "IMHS", "IMHM-C"], "or") == "ERS, IMHS or IMHM-C"
    assert listed([]) == ""
