"""The life of a series: identities stay, counters only rise, history is kept."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alongside.contracts import SeriesState
from alongside.errors import AlongsideError, Conflict, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain import surgery
from alongside_scheduler.domain.recurrence import Rhythm, plan

pytestmark = pytest.mark.unit

CHICAGO = zone("America/Chicago")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def make(count: int = 6, frequency="weekly", **facts) -> SeriesState:
    pattern, walls = plan(
        Rhythm(frequency=frequency, starts_on=date(2026, 3, 10), at=time(10), count=count)
    )
    return life.schedule(
        **{
            "series_id": "s1",
            "group_id": "g1",
            "title": "Circle",
            "kind": "group",
            "zone": CHICAGO,
            "tzdata": "test",
            "pattern": pattern,
            "walls": walls,
            "duration_minutes": 120,
            "where": life.Where(place="Room 1"),
            "provider_id": "lead",
            "co_provider_ids": (),
            "member_ids": ("ada", "ben"),
            "now": NOW,
            **facts,
        }
    )


def move(series: SeriesState, key: str, start: datetime, **facts) -> SeriesState:
    facts = {"duration_minutes": None, "where": None, "zone": CHICAGO, "now": NOW, **facts}
    return life.move(series, key, start=start, **facts)


def revise(series: SeriesState, **facts) -> SeriesState:
    return surgery.revise(
        series,
        **{
            "title": series.title,
            "where": life.Where(series.place, series.link),
            "duration_minutes": series.duration_minutes,
            "provider_id": series.provider_id,
            "co_provider_ids": series.co_provider_ids,
            "now": NOW,
            **facts,
        },
    )


def test_a_new_series_begins_at_nought():
    series = make()
    assert (series.version, series.sequence, series.master_sequence) == (1, 0, 0)
    assert [each.key for each in series.occurrences][:2] == ["20260310T1000", "20260317T1000"]
    assert {each.sequence for each in (*series.occurrences, *series.members)} == {0}
    assert series.members[0].joined_on == date(2026, 3, 2)


def test_moving_one_keeps_its_key():
    before = make()
    after = move(before, "20260317T1000", datetime(2026, 3, 18, 14), where=life.Where("Room 2"))
    moved = life.find(after, "20260317T1000")
    assert moved.moved
    assert moved.place == "Room 2"
    assert moved.starts_at == datetime(2026, 3, 18, 19, tzinfo=UTC)
    assert moved.original_start == before.occurrences[1].original_start
    assert (after.sequence, after.master_sequence, moved.sequence) == (1, 0, 1)
    assert after.revised_at == before.revised_at
    again = move(after, "20260317T1000", datetime(2026, 3, 17, 10))
    assert life.find(again, "20260317T1000").sequence == 2
    assert life.find(again, "20260317T1000").place == "Room 2"


def test_a_move_to_the_same_place_and_time_is_refused():
    with pytest.raises(Invalid):
        move(make(), "20260317T1000", datetime(2026, 3, 17, 10))


def test_a_move_onto_a_sister_session_is_refused():
    with pytest.raises(Invalid, match="Another session"):
        move(make(), "20260317T1000", datetime(2026, 3, 24, 11))


def test_cancelling_one():
    after = life.cancel(make(), "20260317T1000", now=NOW)
    assert life.find(after, "20260317T1000").status == "cancelled"
    assert after.status == "planned"
    assert (after.sequence, after.master_sequence) == (1, 0)
    with pytest.raises(life.SessionOver):
        life.cancel(after, "20260317T1000", now=NOW)
    with pytest.raises(life.SessionOver):
        move(after, "20260317T1000", datetime(2026, 3, 18, 14))


def test_with_the_last_session_the_series_is_over():
    series = make(count=2)
    series = life.cancel(series, "20260310T1000", now=NOW)
    series = life.cancel(series, "20260317T1000", now=NOW)
    assert series.status == "cancelled"
    assert series.master_sequence == series.sequence == 2
    with pytest.raises(life.SeriesOver):
        life.end(series, now=NOW)


def test_ending_keeps_what_has_begun():
    later = datetime(2026, 3, 17, 15, 30, tzinfo=UTC)
    after = life.end(make(), now=later)
    assert [each.status for each in after.occurrences] == ["planned"] * 2 + ["cancelled"] * 4
    assert after.status == "cancelled"
    assert after.sequence == after.master_sequence == 1
    assert after.revised_at == later


def test_a_lone_session_is_the_whole():
    single = make(frequency="once")
    moved = move(single, "20260310T1000", datetime(2026, 3, 11, 9))
    assert moved.master_sequence == moved.sequence == 1
    assert moved.revised_at == NOW
    assert life.cancel(moved, "20260310T1000", now=NOW).status == "cancelled"


def test_a_change_of_words_asks_nobody_to_answer_again():
    later = NOW + timedelta(hours=1)
    after = revise(make(), title="New name", where=life.Where("Room 9"), now=later)
    assert (after.version, after.sequence, after.master_sequence) == (2, 0, 0)
    assert after.revised_at == later
    assert after.title == "New name"


def test_no_change_is_no_version():
    series = make()
    assert revise(series) is series


def test_a_change_of_length_keeps_what_was():
    later = datetime(2026, 3, 12, tzinfo=UTC)
    before = move(make(), "20260324T1000", datetime(2026, 3, 25, 10))
    after = revise(before, duration_minutes=90, provider_id="other", now=later)
    lengths = [(each.ends_at - each.starts_at).seconds // 60 for each in after.occurrences]
    assert lengths == [120, 90, 90, 90, 90, 90]
    assert after.occurrences[0].moved
    assert after.occurrences[0].sequence == after.sequence == after.master_sequence == 2
    assert after.occurrences[0].provider_id == "lead"
    assert after.occurrences[1].provider_id is None
    assert life.find(after, "20260324T1000").sequence == 2
    assert life.leaders(after, after.occurrences[0]) == ("lead",)
    assert life.leaders(after, after.occurrences[1]) == ("other",)


def test_a_session_of_its_own_length_keeps_it():
    before = move(make(), "20260324T1000", datetime(2026, 3, 25, 10), duration_minutes=60)
    after = revise(before, duration_minutes=90)
    kept = life.find(after, "20260324T1000")
    assert kept.ends_at - kept.starts_at == timedelta(minutes=60)
    assert kept.sequence == 1


def test_joining_and_leaving():
    series = life.join(make(), "cleo", date(2026, 3, 20), now=NOW)
    assert (series.version, series.sequence) == (2, 0)
    assert series.members[-1].sequence == 0
    first, third = series.occurrences[0], series.occurrences[2]
    assert life.expected(series, first, CHICAGO) == ("ada", "ben")
    assert life.expected(series, third, CHICAGO) == ("ada", "ben", "cleo")
    series = life.leave(series, "ada", date(2026, 3, 17), now=NOW)
    assert (series.sequence, series.master_sequence) == (1, 0)
    assert life.expected(series, series.occurrences[1], CHICAGO) == ("ada", "ben")
    assert life.expected(series, third, CHICAGO) == ("ben", "cleo")
    ada = series.members[0]
    assert (ada.left_on, ada.sequence) == (date(2026, 3, 17), 1)
    with pytest.raises(NotFound):
        life.leave(series, "nora", date(2026, 3, 18), now=NOW)
    back = life.join(series, "ada", date(2026, 4, 1), now=NOW)
    stays = [each for each in back.members if each.person_id == "ada"]
    assert [each.sequence for each in stays] == [1, 2]
    assert back.sequence == 2
    assert life.expected(back, third, CHICAGO) == ("ben", "cleo")
    assert "ada" in life.expected(back, back.occurrences[5], CHICAGO)


def test_whoever_comes_back_at_once_was_never_away():
    series = life.leave(make(), "ada", date(2026, 3, 17), now=NOW)
    series = life.join(series, "ada", date(2026, 3, 18), now=NOW)
    ada = [each for each in series.members if each.person_id == "ada"]
    assert [(each.left_on, each.sequence) for each in ada] == [(None, 2)]


def test_a_last_day_can_be_another_one():
    series = life.leave(make(), "ada", date(2026, 3, 17), now=NOW)
    assert life.leave(series, "ada", date(2026, 3, 17), now=NOW) is series
    later = life.leave(series, "ada", date(2026, 3, 24), now=NOW)
    (ada,) = [each for each in later.members if each.person_id == "ada"]
    assert (ada.left_on, ada.sequence, later.version) == (date(2026, 3, 24), 2, 3)
    assert "ada" in life.expected(later, later.occurrences[2], CHICAGO)


def test_who_was_to_join_later_and_comes_at_once_comes_at_once():
    series = life.join(make(), "cleo", date(2026, 4, 1), now=NOW)
    series = life.leave(series, "cleo", date(2026, 3, 1), now=NOW)
    assert not any("cleo" in life.expected(series, each, CHICAGO) for each in series.occurrences)
    series = life.join(series, "cleo", date(2026, 3, 2), now=NOW)
    assert all("cleo" in life.expected(series, each, CHICAGO) for each in series.occurrences)
    (cleo,) = [each for each in series.members if each.person_id == "cleo"]
    assert (cleo.joined_on, cleo.left_on) == (date(2026, 3, 2), None)


def test_nobody_has_two_parts():
    with pytest.raises(Invalid):
        make(member_ids=("lead",))
    with pytest.raises(Invalid):
        make(co_provider_ids=("lead",))
    with pytest.raises(Invalid):
        life.join(make(), "lead", date(2026, 3, 3), now=NOW)
    with pytest.raises(Conflict):
        life.join(make(), "ada", date(2026, 3, 3), now=NOW)


@pytest.mark.parametrize("minutes", [0, -5, 4, 721])
def test_lengths_that_cannot_be_meant(minutes: int):
    with pytest.raises(Invalid):
        make(duration_minutes=minutes)


class SeriesLife(RuleBasedStateMachine):
    """Any sequence of steps, refused ones included."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.series = make(count=5)
        self.keys = [each.key for each in self.series.occurrences]
        self.origins = [each.original_start for each in self.series.occurrences]
        self.before = self.series

    def step(self, change) -> None:
        self.before = self.series
        try:
            self.series = change(self.series)
        except AlongsideError as refused:
            assert refused.detail  # noqa: PT017  # every refusal says why
        else:
            changed = self.series is not self.before
            assert self.series.version == self.before.version + changed

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(which=st.integers(0, 4), days=st.integers(-20, 20), hour=st.integers(0, 23))
    def a_session_moves(self, which: int, days: int, hour: int) -> None:
        start = datetime(2026, 3, 20, hour) + timedelta(days=days)
        self.step(lambda series: move(series, self.keys[which], start, now=self.now))

    @rule(which=st.integers(0, 4))
    def a_session_is_cancelled(self, which: int) -> None:
        self.step(lambda series: life.cancel(series, self.keys[which], now=self.now))

    @rule(minutes=st.sampled_from([60, 90, 120]), lead=st.sampled_from(["lead", "other"]))
    def the_series_changes(self, minutes: int, lead: str) -> None:
        self.step(
            lambda series: revise(series, duration_minutes=minutes, provider_id=lead, now=self.now)
        )

    @rule(place=st.sampled_from(["Room 1", "Room 2", ""]))
    def the_room_changes(self, place: str) -> None:
        self.step(lambda series: revise(series, where=life.Where(place), now=self.now))

    @rule(who=st.sampled_from(["ada", "ben", "cleo"]), days=st.integers(0, 40))
    def somebody_joins(self, who: str, days: int) -> None:
        on = date(2026, 3, 1) + timedelta(days=days)
        self.step(lambda series: life.join(series, who, on, now=self.now))

    @rule(who=st.sampled_from(["ada", "ben", "cleo"]), days=st.integers(0, 40))
    def somebody_leaves(self, who: str, days: int) -> None:
        on = date(2026, 3, 1) + timedelta(days=days)
        self.step(lambda series: life.leave(series, who, on, now=self.now))

    @precondition(lambda self: self.series.version > 6)
    @rule()
    def the_series_is_cancelled(self) -> None:
        self.step(lambda series: life.end(series, now=self.now))

    @invariant()
    def identities_stay(self) -> None:
        assert [each.key for each in self.series.occurrences] == self.keys
        assert [each.original_start for each in self.series.occurrences] == self.origins
        assert self.series.uid == self.before.uid
        assert self.series.pattern == self.before.pattern

    @invariant()
    def counters_only_rise(self) -> None:
        now, before = self.series, self.before
        assert now.sequence >= before.sequence
        assert now.master_sequence >= before.master_sequence
        assert now.master_sequence <= now.sequence
        assert now.revised_at >= before.revised_at
        for new, old in zip(now.occurrences, before.occurrences, strict=True):
            assert old.sequence <= new.sequence <= now.sequence
            if (new.starts_at, new.status) != (old.starts_at, old.status):
                assert now.sequence > before.sequence
        for member in now.members:
            assert member.sequence <= now.sequence

    @invariant()
    def a_change_that_calendars_show_is_newer(self) -> None:
        """Per occurrence, (sequence seen, revision) never stays when what is seen changes."""
        now, before = self.series, self.before
        if now is before:
            return
        for new, old in zip(now.occurrences, before.occurrences, strict=True):
            shown = (new.starts_at, new.ends_at, new.place, new.link, new.status)
            if shown != (old.starts_at, old.ends_at, old.place, old.link, old.status):
                assert (
                    new.sequence > old.sequence
                    or now.master_sequence > before.master_sequence
                    or now.revised_at > before.revised_at
                )

    @invariant()
    def a_cancelled_session_stays_cancelled(self) -> None:
        for new, old in zip(self.series.occurrences, self.before.occurrences, strict=True):
            assert old.status == "planned" or new.status == "cancelled"


TestSeriesLife = SeriesLife.TestCase
TestSeriesLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
