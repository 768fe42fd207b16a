"""Which period is due on a day, and how many years lie within."""

from datetime import date

import pytest

from alongside_logbook.domain.rules.cycle import (
    period_after,
    period_due,
    started_years,
    whole_years,
)
from alongside_logbook.domain.rules.periods import CycleRule
from logbook.unit.packing import THREE_YEARS, YEARLY, said

pytestmark = pytest.mark.unit

LATE = {**YEARLY, "due": said(day="01-31"), "opens": said(day="11-15")}
AUTUMN = {**YEARLY, "ends": said(day="09-30"), "due": said(day="12-31")}

# fmt: off
DUE = [
    # rule,       on a day,      first,        last,         due,          opens
    (YEARLY,      "2026-01-01", "2026-01-01", "2026-12-31", "2026-12-31", None),
    (YEARLY,      "2026-12-31", "2026-01-01", "2026-12-31", "2026-12-31", None),
    (THREE_YEARS, "2025-01-01", "2025-01-01", "2027-12-31", "2027-12-31", "2027-10-01"),
    (THREE_YEARS, "2027-12-31", "2025-01-01", "2027-12-31", "2027-12-31", "2027-10-01"),
    (THREE_YEARS, "2028-01-01", "2028-01-01", "2030-12-31", "2030-12-31", "2030-10-01"),
    (THREE_YEARS, "2024-12-31", "2022-01-01", "2024-12-31", "2024-12-31", "2024-10-01"),
    (THREE_YEARS, "2033-06-01", "2031-01-01", "2033-12-31", "2033-12-31", "2033-10-01"),
    (LATE,        "2026-12-31", "2026-01-01", "2026-12-31", "2027-01-31", "2026-11-15"),
    (LATE,        "2027-01-31", "2026-01-01", "2026-12-31", "2027-01-31", "2026-11-15"),
    (LATE,        "2027-02-01", "2027-01-01", "2027-12-31", "2028-01-31", "2027-11-15"),
    (AUTUMN,      "2026-11-01", "2025-10-01", "2026-09-30", "2026-12-31", None),
    (AUTUMN,      "2027-01-01", "2026-10-01", "2027-09-30", "2027-12-31", None),
]
# fmt: on


@pytest.mark.parametrize(("rule", "day", "first", "last", "due", "opens"), DUE)
def test_the_period_that_is_due(rule, day, first, last, due, opens):
    period = period_due(CycleRule.model_validate(rule), date.fromisoformat(day))
    assert [period.first, period.last, period.due] == [
        date.fromisoformat(each) for each in (first, last, due)
    ]
    assert period.opens == (date.fromisoformat(opens) if opens else None)


def test_one_period_follows_another_without_a_gap():
    rule = CycleRule.model_validate(THREE_YEARS)
    period = period_due(rule, date(2026, 6, 1))
    after = period_after(rule, period)
    assert (after.first - period.last).days == 1
    assert after.last == date(2030, 12, 31)


@pytest.mark.parametrize(
    ("first", "whole", "started"),
    [
        ("2025-01-01", 3, 3), ("2025-01-02", 2, 3), ("2026-12-31", 1, 2), ("2027-01-01", 1, 1),
        ("2027-01-02", 0, 1), ("2027-12-31", 0, 1), ("2024-02-29", 3, 4),
    ],
)  # fmt: skip
def test_years_are_counted_from_a_day_to_the_end_of_the_cycle(first, whole, started):
    day, end = date.fromisoformat(first), date(2027, 12, 31)
    assert (whole_years(day, end), started_years(day, end)) == (whole, started)
