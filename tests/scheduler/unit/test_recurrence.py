"""Recurrence: against an independent library, in every zone, and at the edges of the calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from dateutil import tz as other_tz
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.contracts import Pattern
from alongside.errors import Invalid
from alongside.zones import all_zones, zone
from alongside_scheduler.domain import wording
from alongside_scheduler.domain.recurrence import (
    MOST_OCCURRENCES,
    Rhythm,
    instant,
    is_doubled,
    is_skipped,
    occurrence_key,
    occurrences,
    plan,
    wall_starts,
)

pytestmark = pytest.mark.unit

TEN = time(10, 0)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
COUNTS = st.integers(1, 40)


def starts(**facts) -> list[date]:
    facts.setdefault("at", TEN)
    return [wall.date() for wall in plan(Rhythm(**facts))[1]]


class TestAgainstAnIndependentLibrary:
    @settings(deadline=None)
    @given(DAYS, COUNTS, st.integers(1, 12), st.none() | st.integers(0, 6))
    def test_weekly(self, start: date, count: int, interval: int, weekday: int | None):
        rhythm = Rhythm(
            frequency="weekly",
            starts_on=start,
            at=TEN,
            interval=interval,
            count=count,
            weekday=weekday,
        )
        pattern, walls = plan(rhythm)
        expected = rrule.rrule(
            rrule.WEEKLY,
            dtstart=pattern.first_start,
            interval=interval,
            count=count,
            byweekday=pattern.weekday,
        )
        assert list(walls) == list(expected)
        assert 0 <= (walls[0].date() - start).days < 7

    @settings(deadline=None)
    @given(DAYS, COUNTS, st.integers(1, 3), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6))
    def test_monthly_by_weekday(self, start, count, interval, week, weekday):
        pattern, walls = plan(
            Rhythm(
                frequency="monthly_by_weekday",
                starts_on=start,
                at=TEN,
                interval=interval,
                count=count,
                week_of_month=week,
                weekday=weekday,
            )
        )
        expected = rrule.rrule(
            rrule.MONTHLY,
            dtstart=pattern.first_start,
            interval=interval,
            count=count,
            byweekday=rrule.weekdays[weekday](week),
        )
        assert list(walls) == list(expected)
        assert walls[0].date() >= start

    @settings(deadline=None)
    @given(DAYS, st.integers(1, 20), st.integers(1, 2), st.integers(1, 31))
    def test_monthly_by_date_leaves_out_short_months(self, start, count, interval, month_day):
        try:
            pattern, walls = plan(
                Rhythm(
                    frequency="monthly_by_date",
                    starts_on=start,
                    at=TEN,
                    interval=interval,
                    count=count,
                    month_day=month_day,
                )
            )
        except Invalid as refused:
            assert "ten years" in refused.detail  # noqa: PT017  # the only refusal there may be
            return
        expected = rrule.rrule(
            rrule.MONTHLY,
            dtstart=pattern.first_start,
            interval=interval,
            count=count,
            bymonthday=month_day,
        )
        assert list(walls) == list(expected)
        assert all(wall.day == month_day for wall in walls)

    @settings(deadline=None)
    @given(DAYS, st.integers(0, 700), st.integers(1, 4))
    def test_until_is_inclusive(self, start: date, days: int, interval: int):
        until = start + timedelta(days=days)
        found = starts(frequency="weekly", starts_on=start, interval=interval, until=until)
        expected = rrule.rrule(
            rrule.WEEKLY,
            dtstart=datetime.combine(start, TEN),
            interval=interval,
            until=datetime.combine(until, TEN),
        )
        assert found == [each.date() for each in expected]

    @settings(max_examples=200, deadline=None)
    @given(
        st.sampled_from(all_zones()),
        st.dates(date(2026, 1, 1), date(2040, 12, 31)),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    )
    def test_instants_in_every_zone(self, name: str, day: date, at: time):
        """The other library reads the same zone data, and resolves gaps and folds by itself."""
        wall = datetime.combine(day, at)
        ours = instant(wall, zone(name))
        theirs = other_tz.resolve_imaginary(wall.replace(tzinfo=zone(name), fold=0))
        assert ours == theirs.astimezone(UTC)

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(all_zones()),
        st.sampled_from(["once", "weekly", "monthly_by_weekday", "monthly_by_date", "dates"]),
        st.dates(date(2026, 1, 1), date(2036, 1, 1)),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        st.integers(1, 30),
        st.sampled_from([1, 2, 4]),
    )
    def test_every_pattern_in_every_zone(self, name, frequency, start, clock, count, interval):
        """Starts and instants of a whole series, over clock changes, as the other library has them."""
        at = zone(name)
        asked = Rhythm(
            frequency=frequency,
            starts_on=start,
            at=clock,
            interval=interval,
            count=count if frequency not in {"once", "dates"} else None,
            dates=tuple(start + timedelta(days=17 * number) for number in range(count)),
        )
        if frequency != "dates":
            asked = replace(asked, dates=())
        try:
            pattern, walls = plan(asked)
        except Invalid as refused:
            assert "ten years" in refused.detail  # noqa: PT017  # the only refusal there may be
            return
        expected = list(other_starts(pattern, asked))
        assert list(walls) == expected
        found = occurrences(walls, at, timedelta(minutes=90))
        for wall, each in zip(expected, found, strict=True):
            theirs = other_tz.resolve_imaginary(wall.replace(tzinfo=at, fold=0))
            assert each.starts_at == theirs.astimezone(UTC)
            assert each.starts_at.astimezone(at).replace(tzinfo=None) == wall or is_skipped(
                wall, at
            )
            assert each.key == occurrence_key(wall)
            assert each.ends_at - each.starts_at == timedelta(minutes=90)
            assert each.starts_at == each.original_start
            assert not each.moved


def test_every_zone_over_every_clock_change_until_2040():
    """Each day on which a zone's clocks change, at each half hour of the night, and no zone left out."""
    seen = 0
    for name in all_zones():
        at = zone(name)
        for day in changes(at):
            seen += 1
            for half_hour in (*range(12), *range(42, 48)):
                wall = datetime.combine(day, time(half_hour // 2, 30 * (half_hour % 2)))
                theirs = other_tz.resolve_imaginary(wall.replace(tzinfo=at, fold=0))
                assert instant(wall, at) == theirs.astimezone(UTC), (name, wall)
                exists = other_tz.datetime_exists(wall, at)
                assert is_skipped(wall, at) == (not exists), (name, wall)
                twice = exists and other_tz.datetime_ambiguous(wall, at)
                assert is_doubled(wall, at) == twice, (name, wall)
    assert seen > 4000


def changes(at: ZoneInfo) -> list[date]:
    """Return the wall days of 2026 to 2040 on which the offset from UTC changes."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    weeks = [first + timedelta(weeks=number) for number in range(15 * 53)]
    found = []
    for begin, end in pairwise(weeks):
        if begin.astimezone(at).utcoffset() != end.astimezone(at).utcoffset():
            hours = [begin + timedelta(hours=number) for number in range(7 * 24 + 1)]
            found += [
                later.astimezone(at).date()
                for earlier, later in pairwise(hours)
                if earlier.astimezone(at).utcoffset() != later.astimezone(at).utcoffset()
            ]
    return found


def other_starts(pattern: Pattern, asked: Rhythm) -> rrule.rrule | list[datetime]:
    """Return the starts of a pattern as the independent library expands it."""
    facts: dict = {
        "dtstart": pattern.first_start,
        "interval": pattern.interval,
        "count": pattern.count,
    }
    match pattern.frequency:
        case "once":
            return [datetime.combine(asked.starts_on, asked.at)]
        case "dates":
            every = rrule.rruleset()
            for day in asked.dates:
                every.rdate(datetime.combine(day, asked.at))
            return list(every)
        case "weekly":
            return rrule.rrule(rrule.WEEKLY, byweekday=pattern.weekday, **facts)
        case "monthly_by_weekday":
            weekday = rrule.weekdays[pattern.weekday](pattern.week_of_month)
            return rrule.rrule(rrule.MONTHLY, byweekday=weekday, **facts)
        case _:
            return rrule.rrule(rrule.MONTHLY, bymonthday=pattern.month_day, **facts)


def test_a_skipped_time_moves_forward_by_the_gap():
    at = zone("America/Chicago")
    wall = datetime(2026, 3, 8, 2, 30)
    assert is_skipped(wall, at)
    assert instant(wall, at) == datetime(2026, 3, 8, 8, 30, tzinfo=UTC)
    assert instant(wall, at).astimezone(at).time() == time(3, 30)
    assert not is_doubled(wall, at)


def test_a_doubled_time_is_the_first():
    at = zone("America/Chicago")
    wall = datetime(2026, 11, 1, 1, 30)
    assert is_doubled(wall, at)
    assert not is_skipped(wall, at)
    assert instant(wall, at) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_an_ordinary_time_is_neither():
    at = zone("America/Chicago")
    assert not is_skipped(datetime(2026, 5, 5, 10), at)
    assert not is_doubled(datetime(2026, 5, 5, 10), at)


@settings(deadline=None)
@given(DAYS, COUNTS, st.sampled_from(["weekly", "monthly_by_weekday", "monthly_by_date"]))
def test_a_pattern_says_the_same_days_again(start: date, count: int, frequency):
    start = start.replace(day=min(start.day, 28))
    pattern, walls = plan(Rhythm(frequency=frequency, starts_on=start, at=TEN, count=count))
    assert wall_starts(pattern) == walls
    assert pattern.count == len(walls) == count
    assert pattern.first_start == walls[0]
    assert wording.whole(pattern)


def test_the_second_tuesday():
    pattern, walls = plan(
        Rhythm(frequency="monthly_by_weekday", starts_on=date(2026, 1, 13), at=TEN, count=12)
    )
    assert (pattern.weekday, pattern.week_of_month) == (1, 2)
    assert wording.whole(pattern) == "Every month on the second Tuesday, 12 times"
    assert walls[1] == datetime(2026, 2, 10, 10)


def test_a_fifth_weekday_is_the_last():
    pattern, _ = plan(
        Rhythm(frequency="monthly_by_weekday", starts_on=date(2026, 3, 31), at=TEN, count=2)
    )
    assert pattern.week_of_month == -1


def test_once():
    pattern, walls = plan(Rhythm(frequency="once", starts_on=date(2026, 5, 5), at=TEN))
    assert pattern.count == 1
    assert walls == (datetime(2026, 5, 5, 10),)
    assert wording.whole(pattern) == "Once"


def test_given_dates_come_in_order():
    pattern, walls = plan(
        Rhythm(
            frequency="dates",
            starts_on=date(2026, 5, 5),
            at=TEN,
            dates=(date(2026, 6, 1), date(2026, 5, 5)),
        )
    )
    assert [wall.date() for wall in walls] == [date(2026, 5, 5), date(2026, 6, 1)]
    assert wording.whole(pattern) == "On 2 given dates"
    with pytest.raises(Invalid):
        wall_starts(pattern)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "count"),
        ({"count": 0}, "count"),
        ({"count": MOST_OCCURRENCES + 1}, "count"),
        ({"until": date(2026, 1, 1)}, "until"),
        ({"until": date(2099, 1, 1)}, "until"),
        ({"count": 5, "interval": 0}, "interval"),
        ({"count": 5, "interval": 53}, "interval"),
        ({"count": 104, "interval": 52}, "count"),
        ({"count": 3, "weekday": 7}, "weekday"),
        ({"count": 3, "starts_on": date(1900, 1, 1)}, "starts_on"),
        ({"count": 3, "starts_on": date(2200, 1, 1)}, "starts_on"),
        ({"count": 3, "at": time(10, 0, 30)}, "start_time"),
        ({"count": 3, "frequency": "monthly_by_weekday", "week_of_month": 5}, "week_of_month"),
        ({"count": 3, "frequency": "monthly_by_date", "month_day": 32}, "month_day"),
        ({"frequency": "dates"}, "dates"),
        ({"frequency": "dates", "dates": (date(2026, 5, 5), date(2026, 5, 5))}, "dates"),
        ({"frequency": "dates", "dates": (date(1800, 5, 5),)}, "dates"),
        (
            {
                "frequency": "dates",
                "dates": tuple(date(2026, 1, 1) + timedelta(n) for n in range(105)),
            },
            "dates",
        ),
        ({"frequency": "weekly", "weekday": 0, "until": date(2026, 5, 6)}, "until"),
        ({"count": 9, "frequency": "monthly_by_date", "month_day": 29, "interval": 12}, None),
    ],
)
def test_what_cannot_be_meant_is_refused(facts: dict, field: str | None):
    asked = {"frequency": "weekly", "starts_on": date(2026, 5, 5), "at": TEN, **facts}
    if field is None:
        assert len(starts(**asked)) == 9
        return
    with pytest.raises(Invalid) as refused:
        plan(Rhythm(**asked))
    assert field in refused.value.fields


def test_a_leap_day_every_year_ends_somewhere():
    with pytest.raises(Invalid, match="ten years"):
        plan(
            Rhythm(
                frequency="monthly_by_date",
                starts_on=date(2028, 2, 29),
                at=TEN,
                interval=12,
                count=104,
                month_day=29,
            )
        )


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (31, "31st")],
)
def test_ordinals(number: int, said: str):
    assert wording.ordinal(number) == said
