"""When a provider can be booked: what is offered is accepted, and keeps every rule."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside.zones import zone
from alongside_scheduler.domain import publishing
from alongside_scheduler.domain.availability import (
    Availability,
    Exemption,
    Hours,
    Window,
    may_change,
    open_spans,
)
from alongside_scheduler.domain.free import Span
from alongside_scheduler.domain.slots import (
    Hindrance,
    NotBookable,
    Taken,
    bookable_starts,
    hindrance,
    hindrances,
    in_words,
    standing_starts,
)

pytestmark = pytest.mark.unit

CHICAGO = zone("America/Chicago")
ZONES = [
    "America/Chicago",
    "America/Los_Angeles",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
]
# Around the days on which clocks change in several of these zones, and a few plain weeks.
NOWS = st.sampled_from(
    [
        datetime(2026, 3, 6, 15, 20, tzinfo=UTC),
        datetime(2026, 3, 27, 3, 0, tzinfo=UTC),
        datetime(2026, 4, 3, 9, 0, tzinfo=UTC),
        datetime(2026, 10, 3, 9, 0, tzinfo=UTC),
        datetime(2026, 10, 30, 23, 59, tzinfo=UTC),
        datetime(2026, 7, 1, 12, 0, tzinfo=UTC),
    ]
)
HOURS = st.builds(
    lambda begin, length: Hours(begin, min(begin + length, 1440)),
    st.integers(0, 23 * 12).map(lambda fives: fives * 5),
    st.integers(1, 6 * 12).map(lambda fives: fives * 5),
)
WINDOWS = st.lists(
    st.builds(lambda day, each: Window(day, each.begins, each.ends), st.integers(0, 6), HOURS),
    min_size=1,
    max_size=10,
)


@st.composite
def rules_and_now(draw) -> tuple[Availability, datetime]:
    now = draw(NOWS)
    first = now.date() + timedelta(days=draw(st.integers(-2, 10)))
    exceptions = draw(
        st.lists(
            st.builds(
                lambda offset, length, hours: Exemption(
                    first + timedelta(days=offset * 10),
                    first + timedelta(days=offset * 10 + length),
                    tuple(hours),
                ),
                st.integers(0, 3),
                st.integers(0, 6),
                st.lists(HOURS, max_size=2),
            ),
            max_size=3,
            unique_by=lambda each: each.first,
        )
    )
    limit = st.none() | st.integers(1, 4)
    rules = publishing.availability(
        zone=draw(st.sampled_from(ZONES)),
        windows=draw(WINDOWS),
        exceptions=exceptions,
        lengths=[30, 60, 90],
        step_minutes=draw(st.sampled_from(publishing.STEPS)),
        open_to="anybody",
        buffer_minutes=draw(st.sampled_from([0, 5, 15, 60])),
        notice_hours=draw(st.sampled_from([0, 2, 24, 72])),
        horizon_days=draw(st.sampled_from([1, 14, 30])),
        cancel_hours=24,
        day_sessions=draw(limit),
        day_minutes=draw(st.none() | st.sampled_from([60, 180])),
        week_sessions=draw(limit),
        week_minutes=draw(st.none() | st.sampled_from([120, 600])),
    )
    return rules, now


def spans(now: datetime):
    return st.lists(
        st.builds(
            lambda begin, length: Span(
                now + timedelta(minutes=begin * 5), now + timedelta(minutes=(begin + length) * 5)
            ),
            st.integers(-100, 12 * 24 * 30),
            st.integers(1, 36),
        ),
        max_size=12,
    )


@settings(deadline=None)
@given(rules_and_now(), st.sampled_from([30, 60, 90]), st.data())
def test_what_is_offered_is_accepted_and_keeps_every_rule(case, minutes, data):
    rules, now = case
    taken = Taken(*(tuple(data.draw(spans(now))) for _ in range(3)))
    offered = list(
        bookable_starts(rules, minutes, taken, now, now - timedelta(days=3), now + timedelta(60))
    )
    assert offered == sorted(set(offered))
    open_time = open_spans(rules, now - timedelta(days=3), now + timedelta(days=70))
    for start in offered:
        ends = start + timedelta(minutes=minutes)
        with_room = ends + timedelta(minutes=rules.buffer_minutes)
        assert hindrance(rules, start, minutes, taken, now) is None
        assert now + timedelta(hours=rules.notice_hours) <= start
        assert start <= now + timedelta(days=rules.horizon_days)
        assert not any(Span(start, with_room).overlaps(each) for each in taken.provider)
        assert not any(Span(start, ends).overlaps(each) for each in taken.guest)
        assert any(each.holds(Span(start, ends)) for each in open_time)
        wall = start.astimezone(rules.zone)
        assert wall.fold == 0, "a wall time names one instant: the first"
        assert wall.replace(fold=0).astimezone(UTC) == start
        same_day = [
            each
            for each in taken.sessions
            if each.starts_at.astimezone(rules.zone).date() == wall.date()
        ]
        if rules.day_sessions is not None:
            assert len(same_day) < rules.day_sessions
        if rules.day_minutes is not None:
            lengths = sum((each.ends_at - each.starts_at).total_seconds() for each in same_day)
            assert lengths / 60 + minutes <= rules.day_minutes


@settings(deadline=None)
@given(rules_and_now(), st.sampled_from([30, 60, 90]), st.data())
def test_nothing_that_is_accepted_is_left_out(case, minutes, data):
    rules, now = case
    taken = Taken(*(tuple(data.draw(spans(now))) for _ in range(3)))
    begins = now + timedelta(hours=data.draw(st.integers(0, 24 * 20)))
    begins = begins.replace(minute=0, second=0)
    ends = begins + timedelta(hours=9)
    offered = set(bookable_starts(rules, minutes, taken, now, begins, ends))
    every_five = (begins + timedelta(minutes=5 * number) for number in range(9 * 12))
    accepted = {
        start for start in every_five if hindrance(rules, start, minutes, taken, now) is None
    }
    assert offered == accepted


def mornings(**facts) -> Availability:
    """Tuesdays from nine to twelve in Chicago."""
    return Availability(
        zone=CHICAGO, windows=(Window(1, 540, 720),), notice_hours=0, horizon_days=60, **facts
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


NOW = at("2026-03-02T09:00")
TUESDAY = at("2026-03-10T10:00")
NOTHING = Taken()


def walls(rules: Availability, minutes: int = 60, taken: Taken = NOTHING) -> list[str]:
    found = bookable_starts(
        rules, minutes, taken, NOW, at("2026-03-10T00:00"), at("2026-03-11T00:00")
    )
    return [f"{start.astimezone(rules.zone):%H:%M}" for start in found]


def test_starts_go_step_by_step_from_the_begin_of_the_window():
    assert walls(mornings()) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert walls(mornings(step_minutes=60), 90) == ["09:00", "10:00"]
    odd = replace(mornings(), windows=(Window(1, 550, 670),))
    assert walls(odd) == ["09:10", "09:40", "10:10"]


def test_room_is_kept_after_and_may_reach_past_the_window():
    rules = mornings(buffer_minutes=30)
    assert walls(rules)[-1] == "11:00"
    taken = Taken(provider=[Span(at("2026-03-10T12:15"), at("2026-03-10T13:00"))])
    assert walls(rules, taken=taken)[-1] == "10:30"
    guest = Taken(guest=[Span(at("2026-03-10T12:00"), at("2026-03-10T13:00"))])
    assert walls(rules, taken=guest)[-1] == "11:00", "the room after is the provider's alone"


def test_an_exception_takes_the_place_of_the_weekly_hours():
    off = replace(mornings(), exceptions=(Exemption(date(2026, 3, 9), date(2026, 3, 13)),))
    assert walls(off) == []
    late = Exemption(date(2026, 3, 10), date(2026, 3, 10), (Hours(17 * 60, 18 * 60),))
    assert walls(replace(mornings(), exceptions=(late,))) == ["17:00"]


@pytest.mark.parametrize(
    ("facts", "start", "expected"),
    [
        ({}, "2026-03-10T10:00", None),
        ({}, "2026-03-10T10:15", Hindrance.OUTSIDE),
        ({}, "2026-03-10T11:30", Hindrance.OUTSIDE),
        ({}, "2026-03-11T10:00", Hindrance.OUTSIDE),
        ({}, "2026-05-05T10:00", Hindrance.HORIZON),
        ({"day_sessions": 1}, "2026-03-10T10:00", Hindrance.DAY_FULL),
        ({"day_sessions": 2}, "2026-03-10T10:00", None),
        ({"day_minutes": 119}, "2026-03-10T10:00", Hindrance.DAY_FULL),
        ({"day_minutes": 120}, "2026-03-10T10:00", None),
        ({"week_sessions": 2}, "2026-03-10T10:00", Hindrance.WEEK_FULL),
        ({"week_sessions": 2}, "2026-03-17T10:00", None),
        ({"week_minutes": 179}, "2026-03-10T10:00", Hindrance.WEEK_FULL),
        ({"week_minutes": 180}, "2026-03-10T10:00", None),
    ],
)
def test_each_rule_has_its_reason(facts, start, expected):
    # One hour on that Tuesday, one on the Sunday of the same week.
    sessions = [
        Span(at("2026-03-10T15:00"), at("2026-03-10T16:00")),
        Span(at("2026-03-15T15:00"), at("2026-03-15T16:00")),
    ]
    taken = Taken(sessions=sessions)
    assert hindrance(mornings(**facts), at(start), 60, taken, NOW) is expected


def test_notice_and_horizon_are_inclusive():
    rules = replace(mornings(), notice_hours=24, horizon_days=8)
    day_before = at("2026-03-09T10:00")
    assert hindrance(rules, TUESDAY, 60, NOTHING, day_before) is None
    later = day_before + timedelta(seconds=1)
    assert hindrance(rules, TUESDAY, 60, NOTHING, later) is Hindrance.NOTICE
    eight_days_before = TUESDAY - timedelta(days=8)
    assert hindrance(rules, TUESDAY, 60, NOTHING, eight_days_before) is None
    earlier = eight_days_before - timedelta(seconds=1)
    assert hindrance(rules, TUESDAY, 60, NOTHING, earlier) is Hindrance.HORIZON
    later_ones = [eight_days_before, TUESDAY, TUESDAY + timedelta(weeks=9)]
    on_a_monday = hindrances(rules, later_ones, 60, NOTHING, earlier)
    assert on_a_monday == [(eight_days_before, Hindrance.OUTSIDE)], "the first one alone is bound"


def test_whose_time_is_taken_is_told_to_them_alone():
    busy = [Span(TUESDAY, TUESDAY + timedelta(hours=1))]
    theirs = hindrance(mornings(), TUESDAY, 60, Taken(provider=busy), NOW)
    mine = hindrance(mornings(), TUESDAY, 60, Taken(guest=busy), NOW)
    assert (theirs, mine) == (Hindrance.TAKEN, Hindrance.GUEST_TAKEN)
    assert "You" in in_words(mine)
    assert "You" not in in_words(theirs)
    assert all(in_words(why) for why in Hindrance)


def test_changes_are_possible_until_the_notice():
    rules = replace(mornings(), cancel_hours=24)
    assert may_change(rules, TUESDAY, TUESDAY - timedelta(hours=24))
    assert not may_change(rules, TUESDAY, TUESDAY - timedelta(hours=24) + timedelta(seconds=1))


def test_a_night_in_which_the_clocks_change():
    nights = Availability(
        zone=CHICAGO, windows=(Window(6, 0, 300),), notice_hours=0, horizon_days=366
    )
    found = [
        [
            f"{start.astimezone(CHICAGO):%H:%M}"
            for start in bookable_starts(
                nights, 60, NOTHING, NOW, at(f"{day}T00:00"), at(f"{day}T12:00")
            )
        ]
        for day in ("2026-03-08", "2026-11-01")
    ]
    assert found[0] == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00"]
    assert found[1] == ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30", "04:00"]  # fmt: skip


GOOD = {
    "zone": "America/Chicago",
    "windows": [Window(1, 540, 720)],
    "exceptions": [],
    "lengths": [60],
    "step_minutes": 30,
    "open_to": "anybody",
    "buffer_minutes": 0,
    "notice_hours": 24,
    "horizon_days": 60,
    "cancel_hours": 24,
    "day_sessions": None,
    "day_minutes": None,
    "week_sessions": None,
    "week_minutes": None,
}


class TestWhatIsTyped:
    def test_windows_that_touch_become_one(self):
        rules = publishing.availability(
            **GOOD | {"windows": [Window(1, 720, 800), Window(1, 540, 720), Window(0, 600, 660)]}
        )
        assert rules.windows == (Window(0, 600, 660), Window(1, 540, 800))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("zone", "Mars/Base"),
            ("windows", [Window(7, 540, 720)]),
            ("windows", [Window(1, 720, 720)]),
            ("windows", [Window(1, 540, 1441)]),
            ("windows", [Window(day, hour * 60, hour * 60 + 30) for day in range(7) for hour in range(9)]),
            ("exceptions", [Exemption(date(2026, 3, 2), date(2026, 3, 1))]),
            ("exceptions", [Exemption(date(2026, 3, 2), date(2027, 3, 4))]),
            (
                "exceptions",
                [
                    Exemption(date(2026, 3, 2), date(2026, 3, 9)),
                    Exemption(date(2026, 3, 9), date(2026, 3, 10)),
                ],
            ),
            ("lengths", []),
            ("lengths", [4]),
            ("lengths", [721]),
            ("lengths", list(range(10, 80, 10))),
            ("step_minutes", 7),
            ("open_to", "nobody"),
            ("buffer_minutes", -1),
            ("buffer_minutes", None),
            ("notice_hours", 721),
            ("horizon_days", 0),
            ("cancel_hours", -1),
            ("day_sessions", 0),
            ("week_minutes", 20_000),
        ],
    )  # fmt: skip
    def test_a_fault_is_named(self, field, value):
        with pytest.raises(Invalid) as refused:
            publishing.availability(**GOOD | {field: value})
        assert set(refused.value.fields) == {field}

    def test_what_is_past_is_dropped(self):
        leave = Exemption(date(2026, 3, 1), date(2026, 3, 5))
        assert publishing.over([leave], date(2026, 3, 5)) == (leave,)
        assert publishing.over([leave], date(2026, 3, 6)) == ()


def test_the_refusal_names_free_times_as_instants():
    error = NotBookable("No.", next_free=[TUESDAY], refused=[(NOW, Hindrance.NOTICE)])
    document = error.problem()
    assert document["next_free"] == ["2026-03-10T15:00:00Z"]
    assert document["refused"] == [{"start": "2026-03-02T15:00:00Z", "reason": "notice"}]
    assert (document["code"], error.status) == ("not_bookable", 409)


def test_a_standing_appointment_begins_where_every_time_fits():
    off = Exemption(date(2026, 3, 24), date(2026, 3, 24))
    busy = [Span(at("2026-03-17T09:00"), at("2026-03-17T10:30"))]
    rules = replace(mornings(), exceptions=(off,))

    def three_times(start: datetime) -> list[datetime]:
        # Wall time, across the day on which the clocks change.
        wall = start.astimezone(CHICAGO).replace(tzinfo=None)
        return [
            (wall + timedelta(weeks=number)).replace(tzinfo=CHICAGO).astimezone(UTC)
            for number in range(3)
        ]

    taken = Taken(provider=busy)
    found = standing_starts(rules, 60, taken, NOW, NOW, three_times)
    # On the 17th nine and ten are taken; three times from the 10th or the 17th on meet the 24th.
    assert [f"{start.astimezone(CHICAGO):%d %H:%M}" for start in islice(found, 3)] == [
        "03 10:30",
        "03 11:00",
        "31 09:00",
    ]
    wanted = three_times(at("2026-03-10T09:00"))
    assert hindrances(rules, wanted, 60, taken, NOW) == [
        (at("2026-03-17T09:00"), Hindrance.TAKEN),
        (at("2026-03-24T09:00"), Hindrance.OUTSIDE),
    ]


def test_midnight_is_the_end_of_a_day():
    rules = replace(mornings(), windows=(Window(1, 22 * 60, 1440),))
    assert walls(rules)[-1] == "23:00"
