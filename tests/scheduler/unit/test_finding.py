"""Times for a group, against a search that asks minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside_scheduler.domain import finding
from alongside_scheduler.domain.finding import (
    SLOT_RHYTHMS,
    Attendee,
    Search,
    Slot,
    best,
    ranked,
    slots,
    strain_of,
)
from alongside_scheduler.domain.free import Span
from alongside_scheduler.domain.suiting import WORKING_HOURS, suiting_spans

pytestmark = pytest.mark.unit

CHICAGO, NEW_YORK, DENVER = (
    ZoneInfo(f"America/{city}") for city in ("Chicago", "New_York", "Denver")
)
MONDAY = date(2026, 3, 2)


def working(zone: ZoneInfo, hours=WORKING_HOURS) -> list[Span]:
    begins = datetime(2026, 2, 20, tzinfo=UTC)
    return suiting_spans(hours, begins, begins + timedelta(days=220), zone)


def person(
    name: str, zone: ZoneInfo = CHICAGO, *busy: Span, needed: bool = False, hours=WORKING_HOURS
) -> Attendee:
    return Attendee(name, zone, working(zone, hours), busy, is_needed=needed)


def search(rhythm="weekly", minutes=120, weeks=8) -> Search:
    return Search(rhythm, minutes, CHICAGO, MONDAY, weeks)


def wall(day: date, hour: int, minutes: int = 120, zone: ZoneInfo = CHICAGO) -> Span:
    start = datetime.combine(day, time(hour), zone).astimezone(UTC)
    return Span(start, start + timedelta(minutes=minutes))


def test_with_nothing_in_the_way_the_calmest_time_is_first():
    first = best(search(), [person("a", needed=True), person("b", NEW_YORK)])[0]
    # Nine in Chicago is ten in New York; three in Chicago would be five there when it ends.
    assert first.slot == Slot(datetime(2026, 3, 2, 9))
    assert (first.everybody, first.held, first.strain) == (8, 16, 0)
    assert first.rows == (("free",) * 8, ("free",) * 8)


def test_the_clocks_change_and_the_wall_time_stays():
    first = best(search(), [person("a", needed=True)])[0]
    assert [f"{start:%H:%M}" for start in first.starts[:2]] == ["15:00", "14:00"]


def test_one_who_is_busy_weighs_less_than_two():
    mondays = [MONDAY + timedelta(weeks=number) for number in range(8)]
    lead = person("lead", needed=True, hours=((0, 540, 780),))
    ada = person("ada", CHICAGO, *[wall(day, 9) for day in mondays])
    ben = person("ben", CHICAGO, *[wall(day, 11) for day in mondays[:3]])
    found = best(search(), [lead, ada, ben])
    assert [each.slot.first.hour for each in found] == [11, 9]
    assert found[0].rows[2] == ("busy",) * 3 + ("free",) * 5
    assert [each.everybody for each in found] == [5, 0]


def test_nobody_meets_without_who_leads():
    lead = person("lead", CHICAGO, needed=True, hours=((3, 600, 720),))
    found = ranked(search(), [lead, person("ada")])
    assert [each.slot for each in found] == [Slot(datetime(2026, 3, 5, 10))]
    away = Attendee("lead", CHICAGO, [], [], is_needed=True)
    assert ranked(search(), [away, person("ada")]) == []


def test_a_date_on_which_who_leads_is_taken_is_lost_for_all():
    lead = person("lead", CHICAGO, wall(MONDAY, 9, 540), needed=True, hours=((0, 600, 720),))
    (found,) = ranked(search(weeks=2), [lead, person("ada")])
    assert found.rows == (("busy", "free"), ("free", "free"))
    assert (found.held, found.everybody) == (2, 1)


def test_every_second_week_is_looked_for_in_both_weeks():
    odd = [MONDAY + timedelta(weeks=number) for number in (0, 2, 4, 6)]
    lead = person(
        "lead", CHICAGO, *[wall(day, 9) for day in odd], needed=True, hours=((0, 540, 660),)
    )
    (found,) = ranked(search("fortnightly"), [lead])
    assert found.slot == Slot(datetime(2026, 3, 9, 9))
    assert len(found.starts) == 4


def test_months_by_weekday_and_the_last_one_is_not_offered_twice():
    lead = person("lead", needed=True, hours=((1, 600, 720),))
    found = ranked(search("monthly", weeks=12), [lead])
    assert {each.slot.week_of_month for each in found} == {1, 2, 3, 4, -1}
    assert len({each.starts for each in found}) == len(found)
    third = next(each for each in found if each.slot.week_of_month == 3)
    assert [start.date() for start in third.starts] == [
        date(2026, 3, 17), date(2026, 4, 21), date(2026, 5, 19),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "minutes", "strain"),
    [(9, 480, 0), (8, 60, 60), (8, 120, 60), (16, 120, 60), (17, 60, 60), (23, 660, 600)],
)
def test_strain_is_what_lies_before_nine_or_after_five(hour, minutes, strain):
    start = datetime(2026, 3, 2, hour, tzinfo=CHICAGO).astimezone(UTC)
    assert strain_of(start, minutes, CHICAGO) == strain


# A search that knows nothing of the other: it asks half hour by half hour.


def brute_force(looked: Search, people: list[Attendee]) -> list[tuple]:
    found = []
    days = [looked.first_day + timedelta(days=each) for each in range(looked.weeks * 7)]
    for key in {_key(looked, day) for day in days} - {None}:
        for each_key in key:
            dates = [day for day in days if each_key in (_key(looked, day) or ())]
            for minute in range(360, 22 * 60 - looked.minutes + 1, 30):
                row = _counted(looked, people, dates, minute)
                if row[0]:
                    found.append((*row, tuple(dates), minute))
    unique = {(each[-2], each[-1]): each for each in found}
    return sorted(unique.values(), key=lambda each: (-each[0], -each[1], each[2]))


def _key(looked: Search, day: date):
    if looked.rhythm == "weekly":
        return (day.weekday(),)
    if looked.rhythm == "fortnightly":
        return ((day - looked.first_day).days % 14,)
    is_last = (day + timedelta(days=7)).month != day.month
    number = (day.day - 1) // 7 + 1
    names = [(day.weekday(), number)] if number < 5 else []
    return tuple(names + ([(day.weekday(), -1)] if is_last else []))


def _counted(looked: Search, people: list[Attendee], dates: list[date], minute: int):
    held = everybody = strain = 0
    for day in dates:
        naive = datetime.combine(day, time()) + timedelta(minutes=minute)
        start = naive.replace(tzinfo=looked.zone).astimezone(UTC)
        steps = [start + timedelta(minutes=each) for each in range(0, looked.minutes, 30)]
        free = [all(_is_free(each, step) for step in steps) for each in people]
        if all(is_free for is_free, each in zip(free, people, strict=True) if each.is_needed):
            held += sum(free)
            everybody += all(free)
        for each in people:
            for offset in range(0, looked.minutes, 30):
                local = (start + timedelta(minutes=offset)).astimezone(each.zone)
                strain += 0 if 9 <= local.hour < 17 else 30
    count = len(dates)
    return (
        Fraction(held, count * len(people)),
        Fraction(everybody, count),
        Fraction(strain, count),
    )


def _is_free(who: Attendee, step: datetime) -> bool:
    end = step + timedelta(minutes=30)
    in_hours = any(span.starts_at <= step < span.ends_at for span in who.hours)
    return in_hours and not any(s.starts_at < end and step < s.ends_at for s in who.busy)


@st.composite
def groups(draw):
    rhythm = draw(st.sampled_from(SLOT_RHYTHMS))
    looked = search(rhythm, draw(st.sampled_from([30, 60, 90])), draw(st.integers(5, 9)))
    people = []
    for number in range(draw(st.integers(1, 3))):
        zone = draw(st.sampled_from([CHICAGO, NEW_YORK, DENVER]))
        hours = tuple(
            (weekday, 30 * begins, 30 * (begins + length))
            for weekday, begins, length in draw(
                st.lists(
                    st.tuples(st.integers(0, 6), st.integers(14, 40), st.integers(1, 6)),
                    min_size=1, max_size=4,
                )
            )
        )  # fmt: skip
        busy = [
            wall(MONDAY + timedelta(days=day), hour, 30 * halves)
            for day, hour, halves in draw(
                st.lists(
                    st.tuples(st.integers(0, 60), st.integers(6, 20), st.integers(1, 20)),
                    max_size=6,
                )
            )
        ]
        people.append(person(str(number), zone, *busy, needed=draw(st.booleans()), hours=hours))
    return looked, people


@settings(max_examples=25, deadline=None)
@given(groups())
def test_ranking_equals_that_of_asking_half_hour_by_half_hour(group):
    looked, people = group
    found = ranked(looked, people)
    assert [(-each.rank[0], -each.rank[1], each.rank[2]) for each in found] == [
        expected[:3] for expected in brute_force(looked, people)
    ]


@settings(max_examples=25, deadline=None)
@given(groups())
def test_what_is_shown_does_not_overlap_and_nothing_better_is_missing(group):
    looked, people = group
    every, shown = ranked(looked, people), best(looked, people, most=5)
    assert shown == sorted(shown, key=lambda each: each.rank)
    length = timedelta(minutes=looked.minutes)
    for place, one in enumerate(shown):
        for other in shown[:place]:
            assert all(abs(a - b) >= length for a, b in zip(one.starts, other.starts, strict=False))
    if every:
        assert shown[0] == every[0]
    days = [(each.slot.first.date(), each.slot.week_of_month) for each in shown]
    assert all(days.count(each) <= 2 for each in days)
    for each in every:
        if each not in shown and (len(shown) < 5 or each.rank < shown[-1].rank):
            better = [other for other in shown if other.rank < each.rank]
            key = (each.slot.first.date(), each.slot.week_of_month)
            assert days[: len(better)].count(key) == 2 or any(
                finding._overlap(each, other, looked.minutes) for other in better
            )


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(SLOT_RHYTHMS), st.integers(1, 26))
def test_every_slot_begins_with_its_first_date_and_has_its_rhythm(rhythm, weeks):
    looked = search(rhythm, 60, weeks)
    for slot in slots(looked):
        dates = slot.dates(rhythm, looked.last_day)
        assert dates[0] == slot.first.date()
        assert looked.first_day <= dates[0]
        assert dates[-1] <= looked.last_day
        if rhythm != "monthly":
            step = {7 if rhythm == "weekly" else 14}
            assert {(b - a).days for a, b in pairwise(dates)} <= step
