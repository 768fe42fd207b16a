"""Months, weeks and days as they lie on a page, in any zone, over any change of the clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import NotFound
from alongside.zones import all_zones, zone
from alongside_scheduler.domain.month import (
    MONDAY,
    SUNDAY,
    Month,
    Week,
    bounds,
    by_day,
    first_weekday,
    midnight,
    parts,
    week_rows,
)
from alongside_scheduler.views.calendar import ScheduleItem

pytestmark = pytest.mark.unit

DAYS = st.dates(date(2000, 2, 1), date(2100, 11, 30))
ZONES = st.sampled_from(all_zones())
WEEKDAYS = st.integers(0, 6)


@dataclass(frozen=True)
class Meeting:
    starts_at: datetime
    ends_at: datetime


def meeting(starts: str, minutes: int, at: str = "UTC") -> Meeting:
    begin = datetime.fromisoformat(starts).replace(tzinfo=zone(at)).astimezone(UTC)
    return Meeting(begin, begin + timedelta(minutes=minutes))


MEETINGS = st.builds(
    lambda begin, minutes: Meeting(begin, begin + timedelta(minutes=minutes)),
    st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.integers(5, 20 * 60),
)


@given(DAYS, WEEKDAYS)
def test_a_month_lies_in_whole_weeks_that_begin_on_one_weekday(day, first):
    month = Month.of(day)
    weeks = month.weeks(first)
    flat = [each for week in weeks for each in week]
    assert all(len(week) == 7 and week[0].weekday() == first for week in weeks)
    assert flat == [flat[0] + timedelta(days=number) for number in range(len(flat))]
    assert month.first in weeks[0]
    assert month.last in weeks[-1]
    assert Month.parsed(str(month)) == month == month.after.before


@given(DAYS, WEEKDAYS)
def test_every_day_lies_in_the_week_that_names_it(day, first):
    week = Week.of(day, first)
    days = week.days(first)
    assert day in days
    assert len(days) == 7
    assert days[0].weekday() == first
    assert Week.parsed(str(week)) == week
    assert Week.of(days[0] - timedelta(days=1), first).days(first)[-1] == days[0] - timedelta(
        days=1
    )


@pytest.mark.parametrize(
    ("day", "first", "name"),
    [
        ("2026-11-21", SUNDAY, "2026-W47"),
        ("2026-11-22", SUNDAY, "2026-W48"),
        ("2026-11-22", MONDAY, "2026-W47"),
        ("2027-01-01", MONDAY, "2026-W53"),
        ("2025-12-28", SUNDAY, "2026-W01"),
    ],
)
def test_weeks_at_the_ends_of_years(day, first, name):
    assert str(Week.of(date.fromisoformat(day), first)) == name


def test_february_of_a_leap_year():
    month = Month.parsed("2028-02")
    assert month.last == date(2028, 2, 29)
    assert month.name == "February 2028"
    assert len(Month.parsed("2026-02").weeks(SUNDAY)) == 4
    assert len(Month.parsed("2026-08").weeks(SUNDAY)) == 6


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "1999-12", "2101-01", "26-1", "nonsense"])
def test_what_is_no_month_is_not_found(text):
    with pytest.raises(NotFound):
        Month.parsed(text)


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00", "2026-47", "1999-W01"])
def test_what_is_no_week_is_not_found(text):
    with pytest.raises(NotFound):
        Week.parsed(text)


def test_weeks_begin_as_the_locale_has_it():
    assert first_weekday("en-US") == SUNDAY
    assert first_weekday("de") == MONDAY


@given(DAYS, ZONES)
def test_days_follow_one_another_without_gap_or_overlap(day, name):
    at = zone(name)
    begin, end = bounds(day, day, at)
    assert end == midnight(day + timedelta(days=1), at)
    assert timedelta(0) <= end - begin <= timedelta(hours=26)
    if end > begin:
        assert begin.astimezone(at).date() == day
        assert (end - timedelta(microseconds=1)).astimezone(at).date() == day


@pytest.mark.parametrize(
    ("day", "name", "hours"),
    [
        ("2026-03-08", "America/Chicago", 23),
        ("2026-11-01", "America/Chicago", 25),
        ("2018-11-04", "America/Sao_Paulo", 23),  # there is no midnight
        ("2024-11-03", "America/Havana", 25),  # there are two
        ("2026-11-01", "America/Phoenix", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day, name, hours):
    when = date.fromisoformat(day)
    begin, end = bounds(when, when, zone(name))
    assert end - begin == timedelta(hours=hours)


@given(MEETINGS, ZONES)
def test_the_parts_of_a_meeting_are_on_the_days_it_touches(one, name):
    at = zone(name)
    found = list(parts(one, at))
    minutes = (one.ends_at - one.starts_at) // timedelta(minutes=1)
    touched = {
        (one.starts_at + timedelta(minutes=each)).astimezone(at).date() for each in range(minutes)
    }
    # Where a whole day was left out, nothing can touch it.
    assert {each.day for each in found} >= touched
    assert found[0].day == one.starts_at.astimezone(at).date()
    assert [each.goes_on for each in found] == [False] + [True] * (len(found) - 1)
    assert [each.stays_on for each in found] == [True] * (len(found) - 1) + [False]
    for each in found:
        assert 0 <= each.begins < 24 * 60
        assert 0 < each.ends <= 24 * 60


def test_what_ends_at_midnight_is_over_then():
    (only,) = parts(meeting("2026-11-21T22:00", 120), zone("UTC"))
    assert (only.begins, only.ends, only.stays_on) == (22 * 60, 24 * 60, False)


def test_across_midnight_it_is_on_both_days():
    late = meeting("2026-11-21T23:00", 90, "America/Chicago")
    first, second = parts(late, zone("America/Chicago"))
    assert (first.begins, first.ends) == (23 * 60, 24 * 60)
    assert (second.begins, second.ends, second.goes_on) == (0, 30, True)
    assert len(list(parts(late, zone("America/New_York")))) == 1


def test_a_day_lists_what_it_has_in_order():
    later, sooner = meeting("2026-11-21T15:00", 60), meeting("2026-11-21T09:00", 60)
    found = by_day([later, sooner], zone("UTC"))
    assert [each.item for each in found[date(2026, 11, 21)]] == [sooner, later]
    assert list(found) == [date(2026, 11, 21)]


@given(st.lists(MEETINGS, max_size=12), ZONES, WEEKDAYS)
def test_the_table_of_a_week_holds_everything_once_and_has_no_holes(some, name, first):
    at = zone(name)
    some = [*some, meeting("2026-11-18T10:00", 60)]
    week = Week.of(some[0].starts_at.astimezone(at).date(), first)
    days, found = week.days(first), by_day(some, at)
    rows = week_rows(days, found)
    assert [row.minute for row in rows] == list(
        range(rows[0].minute, rows[0].minute + 30 * len(rows), 30)
    )
    assert rows[0].minute % 60 == 0
    assert len(rows) % 2 == 0
    for place, day in enumerate(days):
        covered, seen = 0, []
        for number, row in enumerate(rows):
            cell = row.cells[place]
            if cell is None:
                assert number < covered
                continue
            assert number == covered
            covered += cell.rows
            seen += cell.parts
            if cell.parts:
                assert cell.parts[0].begins >= row.minute
        assert covered == len(rows)
        assert sorted(map(id, seen)) == sorted(map(id, found.get(day, [])))


def test_what_overlaps_shares_a_cell():
    day = date(2026, 11, 18)
    some = [
        meeting("2026-11-18T10:00", 60),
        meeting("2026-11-18T10:30", 60),
        meeting("2026-11-18T11:30", 30),
    ]
    rows = week_rows([day], by_day(some, zone("UTC")))
    cells = [(row.minute, row.cells[0]) for row in rows if row.cells[0] and row.cells[0].parts]
    assert [(minute, cell.rows, len(cell.parts)) for minute, cell in cells] == [
        (600, 3, 2),
        (690, 1, 1),
    ]


def test_a_meeting_in_the_hour_that_comes_twice_still_takes_a_row():
    at = zone("America/Chicago")
    begin = datetime(2026, 11, 1, 6, 45, tzinfo=UTC)  # 1:45, for the first time
    one = Meeting(begin, begin + timedelta(minutes=30))  # until 1:15, for the second
    rows = week_rows([date(2026, 11, 1)], by_day([one], at))
    assert rows[0].minute == 60
    assert [cell.rows for row in rows if (cell := row.cells[0]) and cell.parts] == [1]


@pytest.mark.parametrize(("purpose", "kind"), [("rsc", "sessions"), ("consultation", "visits")])
def test_a_session_leads_to_its_own_kind_of_page(purpose, kind):
    one = ScheduleItem(
        series_id="series",
        key="20261121T1000",
        group_id="group",
        title="Circle",
        kind="group",
        purpose=purpose,
        starts_at=datetime(2026, 11, 21, 16, tzinfo=UTC),
        ends_at=datetime(2026, 11, 21, 17, tzinfo=UTC),
        zone="America/Chicago",
        status="planned",
        moved=False,
        provider_id="person",
        provider="Lea Lead",
        mine=True,
        leads=False,
    )
    assert one.path == f"/{kind}/series/20261121T1000"
    assert one.minutes == 60
