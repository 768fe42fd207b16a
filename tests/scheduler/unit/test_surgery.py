"""Surgery: identities stay, versions come in order, and a simple model agrees about everything."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from alongside.contracts import SeriesState
from alongside.errors import AlongsideError, Invalid
from alongside.zones import zone
from alongside_scheduler.domain import continuation, impact, surgery
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.recurrence import Rhythm, plan

pytestmark = pytest.mark.unit

CHICAGO = zone("America/Chicago")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def make(count: int = 6, **facts) -> SeriesState:
    pattern, walls = plan(
        Rhythm(frequency="weekly", starts_on=date(2026, 3, 10), at=time(10), count=count)
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


def carry_on(series: SeriesState, key: str, on: date, at: time, **facts) -> continuation.Continued:
    now = facts.pop("now", NOW)
    count = facts.pop("count", sum(each.key >= key for each in series.occurrences))
    rhythm = facts.pop("rhythm", Rhythm(frequency="weekly", starts_on=on, at=at, count=count))
    pattern, walls = plan(rhythm)
    wanted = {
        "pattern": pattern,
        "walls": walls,
        "title": series.title,
        "where": life.Where(series.place, series.link),
        "duration_minutes": series.duration_minutes,
        "provider_id": series.provider_id,
        "co_provider_ids": series.co_provider_ids,
    }
    return continuation.carry_on(
        series,
        key,
        continuation.Later(**{**wanted, **facts}),
        series_id=f"{series.series_id}+",
        zone=CHICAGO,
        tzdata="test",
        now=now,
    )


def test_a_split_leaves_the_old_series_short_and_links_the_new():
    before = make()
    done = carry_on(before, "20260324T1000", date(2026, 3, 25), time(14))
    old, later = done.series, done.later
    assert [each.key for each in old.occurrences] == ["20260310T1000", "20260317T1000"]
    assert (old.version, old.sequence, old.master_sequence, old.pattern.count) == (2, 1, 1, 2)
    assert old.uid == before.uid
    assert old.continued_by == later.series_id
    assert (later.version, later.sequence, later.continues) == (1, 0, "s1")
    assert later.uid == "s1+@alongside"
    assert [each.key for each in later.occurrences] == [
        "20260325T1400",
        "20260401T1400",
        "20260408T1400",
        "20260415T1400",
    ]
    assert later.members == before.members
    assert done.pairs[0] == ("20260324T1000", "20260325T1400")


def test_where_nothing_would_stay_the_series_keeps_its_identity():
    before = make()
    done = carry_on(before, before.occurrences[0].key, date(2026, 3, 11), time(9))
    assert done.later is None
    assert (done.series.uid, done.series.series_id) == (before.uid, before.series_id)
    assert (done.series.version, done.series.master_sequence) == (2, 1)
    assert done.series.occurrences[0].key == "20260311T0900"


def test_a_start_that_was_cancelled_may_be_met_again_under_a_higher_number():
    series = life.cancel(make(count=3), "20260310T1000", now=NOW)
    done = carry_on(series, "20260317T1000", date(2026, 3, 10), time(10), count=3)
    assert done.later is None
    first = done.series.occurrences[0]
    assert (first.key, first.status, first.sequence) == ("20260310T1000", "planned", 2)


def test_what_was_arranged_for_single_sessions_comes_along_where_it_makes_sense():
    series = life.cancel(make(), "20260331T1000", now=NOW)
    series = surgery.stand_in(series, "20260407T1000", "other", now=NOW)
    series = life.move(
        series,
        "20260414T1000",
        start=datetime(2026, 4, 15, 9),
        duration_minutes=None,
        where=None,
        zone=CHICAGO,
        now=NOW,
    )
    done = carry_on(series, "20260324T1000", date(2026, 3, 26), time(10))
    states = [(each.status, each.provider_id) for each in done.later.occurrences]
    assert states == [
        ("planned", None),
        ("cancelled", None),
        ("planned", "other"),
        ("planned", None),
    ]
    assert [each.key for each in done.dropped] == ["20260414T1000"]
    same_times = carry_on(series, "20260324T1000", date(2026, 3, 24), time(10), duration_minutes=90)
    kept = life.find(same_times.later, "20260414T1000")
    assert kept.starts_at == datetime(2026, 4, 15, 14, tzinfo=UTC)
    assert life.minutes_of(kept) == 90
    assert same_times.dropped == ()


def test_members_come_along_with_their_dates_and_who_left_stays_behind():
    series = life.leave(make(), "ada", date(2026, 3, 17), now=NOW)
    series = life.join(series, "cleo", date(2026, 4, 1), now=NOW)
    later = carry_on(series, "20260324T1000", date(2026, 3, 25), time(10)).later
    assert [(each.person_id, each.sequence) for each in later.members] == [("ben", 0), ("cleo", 0)]
    assert later.members[1].joined_on == date(2026, 4, 1)


def test_what_would_change_nothing_or_has_begun_is_refused():
    series = make()
    with pytest.raises(Invalid, match="Nothing would change"):
        carry_on(series, "20260324T1000", date(2026, 3, 24), time(10))
    begun = datetime(2026, 3, 24, 15, 30, tzinfo=UTC)
    with pytest.raises(surgery.SessionBegun):
        carry_on(series, "20260324T1000", date(2026, 3, 25), time(10), now=begun)
    with pytest.raises(surgery.SessionBegun):
        surgery.cancel_from(series, "20260324T1000", now=begun)
    with pytest.raises(Invalid, match="in the past"):
        carry_on(series, "20260407T1000", date(2026, 3, 3), time(10), now=begun, count=2)
    for first, last in ((date(2026, 3, 11), date(2026, 3, 16)), (date(2026, 4, 1), NOW.date())):
        with pytest.raises(Invalid):
            surgery.skip(series, first, last, zone=CHICAGO, now=NOW)


def test_a_stretch_is_skipped_in_one_step():
    after = surgery.skip(make(), date(2026, 3, 17), date(2026, 3, 31), zone=CHICAGO, now=NOW)
    states = [each.status for each in after.occurrences]
    assert states == ["planned"] + ["cancelled"] * 3 + ["planned"] * 2
    assert (after.version, after.sequence, after.master_sequence) == (2, 1, 1)
    one = surgery.skip(make(), date(2026, 3, 17), date(2026, 3, 18), zone=CHICAGO, now=NOW)
    assert (one.sequence, one.master_sequence) == (1, 0)
    everything = surgery.skip(make(), date(2026, 3, 1), date(2026, 12, 31), zone=CHICAGO, now=NOW)
    assert everything.status == "cancelled"


def test_a_stand_in_leads_one_date_and_can_be_sent_home():
    series = make()
    led = surgery.stand_in(series, "20260317T1000", "other", now=NOW)
    assert life.leaders(led, life.find(led, "20260317T1000")) == ("other",)
    assert life.leaders(led, life.find(led, "20260324T1000")) == ("lead",)
    with pytest.raises(Invalid, match="Nothing would change"):
        surgery.stand_in(led, "20260317T1000", "other", now=NOW)
    back = surgery.stand_in(led, "20260317T1000", "lead", now=NOW)
    assert life.find(back, "20260317T1000").provider_id is None
    assert back.sequence == 2
    with pytest.raises(Invalid):
        surgery.stand_in(series, "20260317T1000", "ada", now=NOW)


def test_a_series_is_handed_over_from_a_day_on():
    series = make(co_provider_ids=("other",))
    series = surgery.stand_in(series, "20260414T1000", "third", now=NOW)
    after = surgery.hand_over(series, "other", date(2026, 3, 24), zone=CHICAGO, now=NOW)
    assert after.uid == series.uid
    assert (after.provider_id, after.co_provider_ids) == ("other", ())
    led = [life.leaders(after, each)[0] for each in after.occurrences]
    assert led == ["lead", "lead", "other", "other", "other", "third"]
    back = surgery.hand_over(after, "lead", date(2026, 3, 24), zone=CHICAGO, now=NOW)
    again = surgery.hand_over(back, "third", date(2026, 3, 10), zone=CHICAGO, now=NOW)
    assert {life.leaders(again, each)[0] for each in again.occurrences} == {"third"}
    with pytest.raises(Invalid, match="leads the series already"):
        surgery.hand_over(after, "other", date(2026, 3, 24), zone=CHICAGO, now=NOW)
    with pytest.raises(Invalid, match="on or after"):
        surgery.hand_over(series, "other", date(2026, 5, 1), zone=CHICAGO, now=NOW)


def test_the_impact_says_who_hears_what_and_whose_hours_change():
    before = make()
    after = surgery.skip(before, date(2026, 3, 17), date(2026, 3, 31), zone=CHICAGO, now=NOW)
    changes = impact.session_changes(before, after)
    assert [each.fate for each in changes] == ["cancelled"] * 3
    stakes = {
        each.person_id: each for each in impact.stakes(before, after, None, zone=CHICAGO, now=NOW)
    }
    assert set(stakes) == {"lead", "ada", "ben"}
    assert (stakes["ada"].minutes_before, stakes["ada"].minutes_after) == (720, 360)
    assert stakes["lead"].minutes_before == 0
    assert [each.message for each in stakes["ada"].tellings] == ["update"]
    one = life.cancel(before, "20260317T1000", now=NOW)
    told = impact.telling("ada", before, one, zone=CHICAGO, now=NOW)
    assert told.message == "cancellation"
    assert told.sessions == (datetime(2026, 3, 17, 15, tzinfo=UTC),)
    assert impact.telling("nobody", before, one, zone=CHICAGO, now=NOW) is None


@dataclass(frozen=True)
class Met:
    """What the model knows of one session."""

    start: datetime
    end: datetime
    status: str
    lead: str

    @property
    def day(self) -> date:
        return self.start.astimezone(CHICAGO).date()


class Model:
    """A series as a table, kept by rules of its own and by nothing of ours."""

    def __init__(self, rows: dict[str, Met], lead: str, minutes: int) -> None:
        self.rows, self.lead, self.minutes = rows, lead, minutes

    @classmethod
    def weekly(cls, first: datetime, count: int, lead: str, minutes: int) -> "Model":
        rows = {}
        for week in range(count):
            wall = first + timedelta(weeks=week)
            start = wall.replace(tzinfo=CHICAGO).astimezone(UTC)
            end = start + timedelta(minutes=minutes)
            rows[f"{wall:%Y%m%dT%H%M}"] = Met(start, end, "planned", lead)
        return cls(rows, lead, minutes)

    def says(self, keys, **facts) -> None:
        for key in keys:
            self.rows[key] = replace(self.rows[key], **facts)

    def planned(self, now) -> list[str]:
        return [
            key for key, met in self.rows.items() if met.status == "planned" and met.start > now
        ]

    def split(self, key, first, now, count) -> "Model | None":
        gone = sorted(each for each, met in self.rows.items() if each >= key and met.start > now)
        new = Model.weekly(first, count, self.lead, self.minutes)
        names = sorted(new.rows)
        shared = set(names) & set(gone)
        for place, name in enumerate(names):
            old_key = name if shared else gone[place] if place < len(gone) else None
            old = self.rows.get(old_key) if old_key in gone else None
            if old is None:
                continue
            new.says([name], status=old.status, lead=old.lead)
            if shared and old.start != new.rows[name].start:
                own = old.end - old.start
                new.says([name], start=old.start, end=old.start + own)
        staying = {each: met for each, met in self.rows.items() if each not in gone}
        if any(met.status == "planned" for met in staying.values()):
            self.rows = staying
            return new
        self.rows = new.rows
        return None


class Operations(RuleBasedStateMachine):
    """Any sequence of steps on a series and on those that carry it on, refused ones included."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.states = [make(count=5)]
        self.models = [Model.weekly(datetime(2026, 3, 10, 10), 5, "lead", 120)]
        self.origins: dict[tuple[str, str], datetime] = {}

    def step(self, number: int, change, apply) -> None:
        number %= len(self.states)
        before = self.states[number]
        try:
            done = change(before)
        except AlongsideError as refused:
            assert refused.detail  # noqa: PT017  # every refusal says why
            return
        after, later = done if isinstance(done, tuple) else (done, None)
        assert after.version == before.version + 1
        assert after.sequence >= before.sequence
        assert before.master_sequence <= after.master_sequence <= after.sequence
        assert after.revised_at >= before.revised_at
        assert after.uid == before.uid
        old = {each.key: each for each in before.occurrences}
        for each in after.occurrences:
            if each.key in old:
                assert each.original_start == old[each.key].original_start
                assert each.sequence >= old[each.key].sequence
        self.states[number] = after
        if later is not None:
            assert (later.version, later.sequence, later.continues) == (1, 0, before.series_id)
            assert after.continued_by == later.series_id
            self.states.append(later.model_copy(update={"series_id": f"s{len(self.states) + 1}"}))
        new = apply(self.models[number])
        assert (new is None) == (later is None)
        if new is not None:
            self.models.append(new)

    def key(self, number: int, which: int) -> str:
        keys = [each.key for each in self.states[number % len(self.states)].occurrences]
        return keys[which % len(keys)]

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        number=st.integers(0, 5),
        which=st.integers(0, 9),
        days=st.integers(0, 40),
        hour=st.integers(0, 22),
    )
    def move(self, number: int, which: int, days: int, hour: int) -> None:
        key = self.key(number, which)
        wall = datetime(2026, 3, 9, hour, 30) + timedelta(days=days)
        start = wall.replace(tzinfo=CHICAGO).astimezone(UTC)

        def apply(model: Model) -> None:
            length = model.rows[key].end - model.rows[key].start
            model.says([key], start=start, end=start + length)

        self.step(
            number,
            lambda series: life.move(
                series,
                key,
                start=wall,
                duration_minutes=None,
                where=None,
                zone=CHICAGO,
                now=self.now,
            ),
            apply,
        )

    @rule(number=st.integers(0, 5), which=st.integers(0, 9))
    def cancel(self, number: int, which: int) -> None:
        key = self.key(number, which)
        self.step(
            number,
            lambda series: life.cancel(series, key, now=self.now),
            lambda model: model.says([key], status="cancelled"),
        )

    @rule(number=st.integers(0, 5), which=st.integers(0, 9))
    def cancel_later(self, number: int, which: int) -> None:
        key = self.key(number, which)

        def apply(model: Model) -> None:
            keys = [each for each in model.planned(self.now) if each >= key]
            model.says(keys, status="cancelled")

        self.step(number, lambda series: surgery.cancel_from(series, key, now=self.now), apply)

    @rule(number=st.integers(0, 5), begins=st.integers(0, 50), days=st.integers(0, 15))
    def skip(self, number: int, begins: int, days: int) -> None:
        first = date(2026, 3, 9) + timedelta(days=begins)
        last = first + timedelta(days=days)

        def apply(model: Model) -> None:
            keys = [
                each for each in model.planned(self.now) if first <= model.rows[each].day <= last
            ]
            model.says(keys, status="cancelled")

        self.step(
            number,
            lambda series: surgery.skip(series, first, last, zone=CHICAGO, now=self.now),
            apply,
        )

    @rule(
        number=st.integers(0, 5),
        which=st.integers(0, 9),
        who=st.sampled_from(["lead", "other", "third", None]),
    )
    def stand_in(self, number: int, which: int, who: str | None) -> None:
        key = self.key(number, which)
        self.step(
            number,
            lambda series: surgery.stand_in(series, key, who, now=self.now),
            lambda model: model.says([key], lead=who or model.lead),
        )

    @rule(
        number=st.integers(0, 5),
        who=st.sampled_from(["lead", "other", "third"]),
        days=st.integers(0, 50),
    )
    def hand_over(self, number: int, who: str, days: int) -> None:
        on = date(2026, 3, 9) + timedelta(days=days)

        def apply(model: Model) -> None:
            keys = [
                key
                for key, met in model.rows.items()
                if met.start > self.now and met.day >= on and met.lead == model.lead
            ]
            model.says(keys, lead=who)
            model.lead = who

        self.step(
            number,
            lambda series: surgery.hand_over(series, who, on, zone=CHICAGO, now=self.now),
            apply,
        )

    @rule(
        number=st.integers(0, 5),
        which=st.integers(0, 9),
        days=st.integers(-8, 8),
        hour=st.sampled_from([10, 13]),
        count=st.integers(1, 6),
    )
    def move_later(self, number: int, which: int, days: int, hour: int, count: int) -> None:
        key = self.key(number, which)
        day = datetime.strptime(key, "%Y%m%dT%H%M").date() + timedelta(days=days)
        first = datetime.combine(day, time(hour))

        def change(series: SeriesState):
            done = carry_on(series, key, day, time(hour), count=count, now=self.now)
            return done.series, done.later

        self.step(number, change, lambda model: model.split(key, first, self.now, count))

    @invariant()
    def the_model_agrees(self) -> None:
        for state, model in zip(self.states, self.models, strict=True):
            assert {
                each.key: Met(
                    each.starts_at,
                    each.ends_at,
                    each.status,
                    each.provider_id or state.provider_id,
                )
                for each in state.occurrences
            } == model.rows

    @invariant()
    def keys_are_original_starts(self) -> None:
        for state in self.states:
            keys = [each.key for each in state.occurrences]
            assert len(keys) == len(set(keys))
            for each in state.occurrences:
                wall = each.original_start.astimezone(CHICAGO)
                assert f"{wall:%Y%m%dT%H%M}" == each.key


TestOperations = Operations.TestCase
TestOperations.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
