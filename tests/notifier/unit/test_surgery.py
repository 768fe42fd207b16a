"""The scheduler's own surgery, as calendars live through it.

Whatever is done to a series, and however many steps lie between two mails: replaying a mailbox
gives the feed, both say what is true, and a preview's "who is told" is what is sent.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alongside.errors import AlongsideError
from alongside.zones import zone
from alongside_notifier.domain.recurrence import is_shorter
from alongside_notifier.domain.view import view_of
from alongside_scheduler.domain import continuation, impact, surgery
from alongside_scheduler.domain import series as life
from alongside_scheduler.domain.recurrence import Rhythm, plan
from notifier.client import Client, shown_by
from notifier.making import NOW, make_series, monthly, weekly
from notifier.seat import Seat, joined

pytestmark = [pytest.mark.unit, pytest.mark.timeout(400)]

PEOPLE = ("ada", "ben", "cleo", "dora", "eli")
ZONES = ("America/Chicago", "Europe/Berlin", "UTC")
KINDS = {
    "invitation": {"invitation"},
    "update": {"changed"},
    "cancellation": {"cancelled", "removed", "cancelled_occurrence"},
}


@pytest.mark.parametrize("kept", [1, 2, 5])
def test_what_ends_sooner_asks_nobody_again(kept):
    series = make_series(weekly(datetime(2027, 1, 12, 10), 6))
    short = series.model_copy(update={"occurrences": series.occurrences[:kept]})
    late = series.model_copy(update={"occurrences": series.occurrences[1:]})
    whole, less, later = (
        view_of(each, "ben").recurrence.fingerprint() for each in (series, short, late)
    )
    assert is_shorter(whole, less)
    assert not is_shorter(less, whole)
    assert not is_shorter(whole, whole)
    assert not is_shorter(whole, later)


class Surgery(RuleBasedStateMachine):
    """A series' random life under the knife; some changes are told at once, others gather."""

    @initialize(
        zone_name=st.sampled_from(ZONES), kind=st.sampled_from(("weekly", "monthly", "once"))
    )
    def begin(self, zone_name, kind):
        first = (NOW + timedelta(days=3)).replace(tzinfo=None, hour=10)
        pattern = {
            "weekly": weekly(first, 6),
            "monthly": monthly(first, 4, 1),
            "once": weekly(first, 1).model_copy(update={"frequency": "once", "weekday": None}),
        }[kind]
        self.zone = zone(zone_name)
        self.now = NOW
        self.steps = 0
        self.series = [make_series(pattern, zone_name=zone_name)]
        self.clients = {each: Client() for each in PEOPLE}
        self.seats = {}
        self.tell()

    def seat(self, number, who):
        key = (number, who)
        if key not in self.seats:
            self.seats[key] = Seat(who, small_changes=False, client=self.clients[who])
        return self.seats[key]

    def hear(self):
        for number, series in enumerate(self.series):
            for who in PEOPLE:
                self.seat(number, who).hear(series, self.now)

    @rule()
    def tell(self):
        self.hear()
        self.sent = {
            (series.series_id, who): self.seat(number, who).tell(series, self.now)
            for number, series in enumerate(self.series)
            for who in PEOPLE
        }
        self.pending = False

    def take(self, data, change):
        """Take a step on one of the series; the domain may refuse it."""
        number = data.draw(st.integers(0, len(self.series) - 1))
        before = self.series[number]
        try:
            done = change(before)
        except AlongsideError:
            return
        after, later = done if isinstance(done, tuple) else (done, None)
        if after is before:
            return
        self.steps += 1
        self.taken_out = {
            (before.series_id, who)
            for who in PEOPLE
            if self.seat(number, who).told.standing in {"removed", "cancelled"}
        }
        self.series[number] = after
        if later is not None:
            self.series.append(later)
        self.hear()
        if self.pending or self.steps % 3 == 0:
            self.pending = True
            return
        self.tell()
        self.what_was_foretold(before, after, later)

    def what_was_foretold(self, before, after, later):
        for who in PEOPLE:
            foretold = [impact.telling(who, before, after, zone=self.zone, now=self.now)]
            states = [after]
            if later is not None:
                foretold.append(impact.telling(who, None, later, zone=self.zone, now=self.now))
                states.append(later)
            for state, telling in zip(states, foretold, strict=True):
                sent = {each.kind for each in self.sent[state.series_id, who]}
                expected = KINDS[telling.message] if telling else set()
                if (state.series_id, who) in self.taken_out and "changed" in expected:
                    # Somebody whose calendar had nothing left of it any more is invited again.
                    expected = {"invitation"}
                assert bool(sent) == bool(expected), (who, sent, telling, expected)
                assert sent <= expected, (who, sent, telling)
                assert len(self.sent[state.series_id, who]) <= 1, "one message a series"

    def _key(self, data, series):
        return data.draw(st.sampled_from([each.key for each in series.occurrences]))

    @rule(data=st.data(), days=st.integers(-5, 9), hour=st.integers(8, 16))
    def move(self, data, days, hour):
        def step(series):
            key = self._key(data, series)
            old = life.find(series, key).starts_at.astimezone(self.zone)
            start = datetime.combine(old.date() + timedelta(days=days), datetime.min.time())
            return life.move(
                series,
                key,
                start=start.replace(hour=hour),
                duration_minutes=None,
                where=None,
                zone=self.zone,
                now=self.now,
            )

        self.take(data, step)

    @rule(data=st.data())
    def cancel(self, data):
        self.take(data, lambda series: life.cancel(series, self._key(data, series), now=self.now))

    @rule(data=st.data())
    def cancel_later(self, data):
        if self.steps % 4 == 0:
            self.take(
                data,
                lambda series: surgery.cancel_from(series, self._key(data, series), now=self.now),
            )

    @rule(data=st.data(), begins=st.integers(0, 40), days=st.integers(0, 20))
    def skip(self, data, begins, days):
        first = self.now.date() + timedelta(days=begins)
        last = first + timedelta(days=days)
        self.take(
            data, lambda series: surgery.skip(series, first, last, zone=self.zone, now=self.now)
        )

    @rule(data=st.data(), who=st.sampled_from(("eli", "dora", None)))
    def stand_in(self, data, who):
        self.take(
            data,
            lambda series: surgery.stand_in(series, self._key(data, series), who, now=self.now),
        )

    @rule(data=st.data(), who=st.sampled_from(("ada", "eli")), days=st.integers(0, 30))
    def hand_over(self, data, who, days):
        on = self.now.date() + timedelta(days=days)
        self.take(
            data, lambda series: surgery.hand_over(series, who, on, zone=self.zone, now=self.now)
        )

    @rule(
        data=st.data(),
        days=st.integers(-3, 8),
        hour=st.sampled_from((10, 14)),
        count=st.integers(1, 5),
        minutes=st.sampled_from((60, 90)),
        place=st.sampled_from(("Room 1", "Room 2")),
    )
    def move_later(self, data, days, hour, count, minutes, place):
        def step(series):
            key = self._key(data, series)
            on = datetime.strptime(key, "%Y%m%dT%H%M").date() + timedelta(days=days)
            start = datetime.min.time().replace(hour=hour)
            pattern, walls = plan(Rhythm(frequency="weekly", starts_on=on, at=start, count=count))
            done = continuation.carry_on(
                series,
                key,
                continuation.Later(
                    pattern=pattern,
                    walls=walls,
                    title=series.title,
                    where=life.Where(place),
                    duration_minutes=minutes,
                    provider_id=series.provider_id,
                    co_provider_ids=series.co_provider_ids,
                ),
                series_id=f"series-{len(self.series) + 1}",
                zone=self.zone,
                tzdata="test",
                now=self.now,
            )
            return done.series, done.later

        self.take(data, step)

    @rule(data=st.data(), minutes=st.sampled_from((60, 90)), place=st.sampled_from(("A", "B")))
    def revise(self, data, minutes, place):
        self.take(
            data,
            lambda series: surgery.revise(
                series,
                title=series.title,
                where=life.Where(place, series.link),
                duration_minutes=minutes,
                provider_id=series.provider_id,
                co_provider_ids=series.co_provider_ids,
                now=self.now,
            ),
        )

    @rule(data=st.data(), who=st.sampled_from(("ben", "dora")), days=st.integers(0, 30))
    def join(self, data, who, days):
        on = self.now.date() + timedelta(days=days)
        self.roster(data, lambda series: life.join(series, who, on, now=self.now))

    @rule(data=st.data(), who=st.sampled_from(("ben", "cleo")), days=st.integers(0, 30))
    def leave(self, data, who, days):
        on = self.now.date() + timedelta(days=days)
        self.roster(data, lambda series: life.leave(series, who, on, now=self.now))

    def roster(self, data, change):
        number = data.draw(st.integers(0, len(self.series) - 1))
        try:
            self.series[number] = change(self.series[number])
        except AlongsideError:
            return
        self.hear()
        self.pending = True

    @rule(days=st.integers(1, 12))
    def time_passes(self, days):
        self.tell()
        self.now += timedelta(days=days)

    @invariant()
    def what_the_mails_said_is_what_the_feed_says(self):
        if not hasattr(self, "seats") or self.pending:
            return
        for who in PEOPLE:
            mailed = self._ahead(self.clients[who].shows())
            fragments = [
                self.seat(number, who).fragment(series, self.now)
                for number, series in enumerate(self.series)
            ]
            fed = self._ahead(shown_by(joined(fragments)))
            assert mailed == fed, who
            true = {
                meeting.starts_at
                for number, series in enumerate(self.series)
                for view in [self.seat(number, who).view(series)]
                for meeting in (view.planned() if view else ())
                if meeting.ends_at > self.now
            }
            assert {each[0] for each in fed} == true, who

    def _ahead(self, shown):
        return {(start, end, where) for start, end, _, where in shown if end > self.now}


TestSurgery = Surgery.TestCase
TestSurgery.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
