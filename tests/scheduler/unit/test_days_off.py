"""Days off: which there are, and what becomes of the sessions that fall on them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.days_off import (
    LONGEST_CLOSURE,
    REGIONS,
    Closure,
    checked_region,
    closure,
    days_off,
    fall_on,
    goes_around,
    holidays_of,
    usual_region,
)
from alongside_scheduler.domain.recurrence import (
    MOST_OCCURRENCES,
    ON_DAY_OFF,
    Meeting,
    Rhythm,
    instant,
    occurrence_key,
    occurrences,
    plan,
    plan_around,
    wall_starts,
)

pytestmark = pytest.mark.unit

TEN = time(10, 0)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
CLOSURES = st.lists(
    st.builds(
        lambda first, length: Closure("Closed", first, first + timedelta(days=length)),
        DAYS,
        st.integers(0, 20),
    ),
    max_size=3,
)
REPEATING = st.sampled_from(["weekly", "monthly_by_weekday", "monthly_by_date"])


def thanksgiving(day: date) -> str | None:
    return "Thanksgiving Day" if day == date(2026, 11, 26) else None


def rhythm(frequency: str, start: date, interval: int, **facts) -> Rhythm:
    start = start.replace(day=min(start.day, 28))
    return Rhythm(frequency=frequency, starts_on=start, at=TEN, interval=interval, **facts)


def expected_days(asked: Rhythm, first: date) -> rrule.rrule:
    """Return the endless rule of a rhythm, as the independent library sees it."""
    facts: dict = {"dtstart": datetime.combine(first, TEN), "interval": asked.interval}
    if asked.frequency == "weekly":
        return rrule.rrule(rrule.WEEKLY, **facts)
    if asked.frequency == "monthly_by_date":
        return rrule.rrule(rrule.MONTHLY, bymonthday=asked.starts_on.day, **facts)
    week = (asked.starts_on.day - 1) // 7 + 1
    return rrule.rrule(
        rrule.MONTHLY, byweekday=rrule.weekdays[asked.starts_on.weekday()](week), **facts
    )


class TestAgainstAnIndependentLibrary:
    @settings(deadline=None)
    @given(REPEATING, DAYS, st.integers(1, 3), st.integers(1, 30), CLOSURES)
    def test_skipped_days_are_left_out_and_the_count_is_of_what_takes_place(
        self, frequency, start, interval, count, closures
    ):
        off = days_off("US", closures)
        asked = rhythm(frequency, start, interval, count=count)
        found = plan_around(asked, "skip", off)
        every = rrule.rruleset()
        every.rrule(expected_days(asked, found.meetings[0].day))
        for skipped in (each.day for each in found.meetings if each.held_on is None):
            every.exdate(datetime.combine(skipped, TEN))
        assert len(found.walls) == count
        assert list(found.walls) == list(every[:count])
        assert not [wall for wall in found.walls if off(wall.date())]
        assert all(off(each.day) for each in found.meetings if each.held_on is None)
        assert found.held == {}

    @settings(deadline=None)
    @given(REPEATING, DAYS, st.integers(1, 3), st.integers(1, 30), CLOSURES)
    def test_a_pattern_with_skipped_starts_still_yields_every_session(
        self, frequency, start, interval, count, closures
    ):
        found = plan_around(
            rhythm(frequency, start, interval, count=count), "skip", days_off("US-MN", closures)
        )
        starts = wall_starts(found.pattern)
        assert (starts[0], starts[-1]) == (found.walls[0], found.walls[-1])
        assert set(found.walls) <= set(starts)
        gone = {each.day for each in found.meetings if each.held_on is None}
        assert {start.date() for start in starts} - {wall.date() for wall in found.walls} <= gone


@settings(deadline=None)
@given(
    REPEATING,
    DAYS,
    st.integers(1, 3),
    st.integers(1, 30),
    CLOSURES,
    st.sampled_from(["next_weekday", "week_later"]),
)
def test_what_is_moved_stays_between_its_neighbours(
    frequency, start, interval, count, closures, rule
):
    off = days_off("US", closures)
    asked = rhythm(frequency, start, interval, count=count)
    if rule == "week_later" and frequency == "weekly" and interval == 1:
        with pytest.raises(Invalid) as refused:
            plan_around(asked, rule, off)
        assert "on_day_off" in refused.value.fields
        return
    found = plan_around(asked, rule, off)
    assert len(found.walls) == count
    days = [each.day for each in found.meetings]
    for each, following in zip(found.meetings, [*days[1:], None], strict=True):
        assert (each.day_off is None) == (off(each.day) is None)
        if each.day_off is None:
            assert each.held_on == each.day
        elif each.held_on is not None:
            assert each.moved
            assert off(each.held_on) is None
            assert each.day < each.held_on
            assert following is None or each.held_on < following
            if rule == "next_weekday":
                assert each.held_on.weekday() < 5
            else:
                assert each.held_on.weekday() == each.day.weekday()
    held = [each.held_on for each in found.meetings if each.held_on]
    assert held == sorted(set(held))


@settings(deadline=None)
@given(REPEATING, DAYS, st.integers(1, 3), st.integers(1, 30), CLOSURES)
def test_to_keep_is_to_plan_as_if_no_day_were_off(frequency, start, interval, count, closures):
    asked = rhythm(frequency, start, interval, count=count)
    found = plan_around(asked, "keep", days_off("US", closures))
    assert (found.pattern, found.walls) == plan(asked)
    assert found.held == {}


@settings(deadline=None)
@given(DAYS, st.integers(7, 400), CLOSURES, st.sampled_from(ON_DAY_OFF))
def test_the_last_date_holds_whatever_becomes_of_days_off(start, length, closures, rule):
    asked = Rhythm(
        frequency="weekly", starts_on=start, at=TEN, interval=2, until=start + timedelta(length)
    )
    try:
        found = plan_around(asked, rule, days_off("US", closures))
    except Invalid as refused:
        assert refused.fields.keys() == {"on_day_off"}  # noqa: PT017
        assert rule != "keep"
        return
    expected = rrule.rrule(
        rrule.WEEKLY, interval=2, dtstart=datetime.combine(start, TEN),
        until=datetime.combine(start + timedelta(length), TEN),
    )  # fmt: skip
    assert [each.day for each in found.meetings] == [each.date() for each in expected]


def weekly_thursdays(rule: str, **facts):
    asked = Rhythm(frequency="weekly", starts_on=date(2026, 11, 12), at=TEN, count=4, **facts)
    return plan_around(asked, rule, thanksgiving)


def test_skipping_thanksgiving_makes_it_end_a_week_later():
    found = weekly_thursdays("skip")
    assert [wall.day for wall in found.walls] == [12, 19, 3, 10]
    assert found.meetings[2] == Meeting(date(2026, 11, 26), None, "Thanksgiving Day")
    assert found.pattern.count == 5


def test_moving_thanksgiving_to_the_next_weekday_keeps_its_identity():
    found = weekly_thursdays("next_weekday")
    assert [wall.day for wall in found.walls] == [12, 19, 26, 3]
    assert found.held == {datetime(2026, 11, 26, 10): datetime(2026, 11, 27, 10)}
    at = zone("America/Chicago")
    moved = occurrences(found.walls, at, timedelta(minutes=90), found.held)[2]
    assert moved.key == occurrence_key(datetime(2026, 11, 26, 10))
    assert moved.original_start == instant(datetime(2026, 11, 26, 10), at)
    assert moved.starts_at == instant(datetime(2026, 11, 27, 10), at)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=90)
    assert moved.moved


def test_a_first_session_on_a_day_off_is_not_the_first():
    asked = Rhythm(frequency="weekly", starts_on=date(2026, 11, 26), at=TEN, count=2)
    found = plan_around(asked, "skip", thanksgiving)
    assert found.pattern.first_start == datetime(2026, 12, 3, 10)
    assert found.pattern.count == 2
    assert found.meetings[0].held_on is None


def test_a_given_date_is_moved_only_if_that_is_asked_for():
    asked = Rhythm(
        frequency="dates",
        starts_on=date(2026, 11, 26),
        at=TEN,
        dates=(date(2026, 11, 26), date(2026, 11, 27)),
    )
    assert len(plan_around(asked, "keep", thanksgiving).walls) == 2
    skipped = plan_around(asked, "skip", thanksgiving)
    assert (skipped.walls, skipped.pattern.count) == ((datetime(2026, 11, 27, 10),), 1)
    # The next weekday is the next session's own; there is no room.
    assert plan_around(asked, "next_weekday", thanksgiving).held == {}


def test_nothing_but_days_off_is_refused():
    asked = Rhythm(frequency="once", starts_on=date(2026, 11, 26), at=TEN)
    with pytest.raises(Invalid, match="nothing would take place"):
        plan_around(asked, "skip", thanksgiving)
    weekly = Rhythm(frequency="weekly", starts_on=date(2026, 11, 26), at=TEN, count=3)
    with pytest.raises(Invalid, match="nothing would take place"):
        plan_around(weekly, "skip", lambda _: "Closed")


def test_skipping_does_not_make_a_series_longer_than_there_may_be():
    asked = Rhythm(frequency="weekly", starts_on=date(2026, 1, 1), at=TEN, until=date(2028, 6, 1))
    assert len(plan(Rhythm(**{**vars(asked), "until": date(2027, 12, 23)}))[1]) == MOST_OCCURRENCES
    with pytest.raises(Invalid, match="more than 104"):
        plan_around(asked, "skip", thanksgiving)


@pytest.mark.parametrize("region", list(REGIONS))
def test_every_region_has_its_holidays(region: str):
    assert checked_region("holidays", region) == region
    days = holidays_of(region, 2027)
    assert list(days) == sorted(days)
    assert all(name and day.year == 2027 for day, name in days.items())
    assert (date(2027, 11, 25) in days) == (region != "")


def test_holidays_of_a_state_are_its_own():
    assert holidays_of("US-MA", 2026)[date(2026, 4, 20)] == "Patriots' Day"
    assert date(2026, 4, 20) not in holidays_of("US", 2026)
    assert holidays_of("US", 2026)[date(2026, 7, 3)] == "Independence Day (observed)"


def test_an_unknown_region_is_refused():
    with pytest.raises(Invalid, match="US-MN"):
        checked_region("holidays", "US-ZZ")


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("America/Chicago", "US"),
        ("US/Eastern", "US"),
        ("Europe/Dublin", ""),
        ("Australia/Perth", ""),
        ("America/Toronto", ""),
        ("UTC", ""),
    ],
)
def test_the_usual_region_of_a_zone(name: str, region: str):
    assert usual_region(name) == region


def test_a_closure_comes_before_the_holiday_in_it():
    off = days_off("US", [Closure("Winter break", date(2026, 12, 24), date(2027, 1, 1))])
    days = [date(2026, 12, 23), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18)]
    assert fall_on(days, off) == [
        (date(2026, 12, 25), "Winter break"),
        (date(2027, 1, 1), "Winter break"),
        (date(2027, 1, 18), "Martin Luther King Jr. Day"),
    ]


def test_a_closure_of_one_day_needs_no_last_day():
    made = closure(name=" Staff  day ", first_day=date(2026, 5, 4), last_day=None)
    assert made == Closure("Staff day", date(2026, 5, 4), date(2026, 5, 4))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"first_day": date(1800, 1, 1)}, "first_day"),
        ({"last_day": date(2026, 5, 3)}, "last_day"),
        ({"last_day": date(2026, 5, 4) + LONGEST_CLOSURE}, "last_day"),
    ],
)
def test_a_closure_that_cannot_be_meant_is_refused(facts: dict, field: str):
    asked = {"name": "Break", "first_day": date(2026, 5, 4), "last_day": None, **facts}
    with pytest.raises(Invalid) as refused:
        closure(**asked)
    assert field in refused.value.fields


def test_a_series_that_skips_is_known_by_what_it_never_had():
    def series(rule: str, **facts):
        found = weekly_thursdays(rule, **facts)
        at = zone("America/Chicago")
        return life.schedule(
            series_id="s", group_id="g", title="Circle", kind="group", zone=at, tzdata="x",
            pattern=found.pattern, walls=found.walls, held=found.held, duration_minutes=90,
            where=life.Where(), provider_id="lea", co_provider_ids=(), member_ids=["ada"],
            now=datetime(2026, 11, 1, tzinfo=UTC),
        )  # fmt: skip

    assert goes_around(series("skip"), thanksgiving)
    assert not goes_around(series("skip"), lambda _: None)
    assert not goes_around(series("keep"), thanksgiving)
    assert not goes_around(series("next_weekday"), thanksgiving)
    kept = series("keep")
    gone = life.cancel(kept, "20261126T1000", now=datetime(2026, 11, 1, tzinfo=UTC))
    assert not goes_around(gone, thanksgiving)
