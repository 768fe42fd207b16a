"""Replaying a person's mailbox through a client gives exactly their feed, whatever happened."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notifier.client import shown_by
from notifier.making import NOW, Life, make_series, monthly, weekly
from notifier.seat import Seat

pytestmark = [pytest.mark.unit, pytest.mark.timeout(400)]

PEOPLE = ("ada", "ben", "cleo", "dora", "eli")
ZONES = (
    "America/Chicago",
    "Europe/Berlin",
    "Asia/Jerusalem",
    "America/Havana",
    "Asia/Kolkata",
    "UTC",
)


class SeriesLife(RuleBasedStateMachine):
    """A series' random life; mails are sometimes coalesced over several changes."""

    @initialize(
        zone=st.sampled_from(ZONES),
        kind=st.sampled_from(("weekly", "fortnightly", "monthly", "once")),
        small=st.booleans(),
    )
    def begin(self, zone, kind, small):
        first = (NOW + timedelta(days=8)).replace(tzinfo=None, hour=10)
        pattern = {
            "weekly": weekly(first, 5),
            "fortnightly": weekly(first, 4, 2),
            "monthly": monthly(first, 4, 2),
            "once": weekly(first, 1).model_copy(update={"frequency": "once"}),
        }[kind]
        self.life = Life(make_series(pattern, zone_name=zone))
        self.now = NOW
        self.pending = False
        self.seats = {each: Seat(each, small_changes=small or each == "cleo") for each in PEOPLE}
        self.tell()

    def _key(self, data):
        return data.draw(st.sampled_from(self.life.keys()))

    def _changed(self):
        """Some changes are told at once, others gather."""
        self.pending = True
        if len(self.life.history) % 3:
            self.tell()
        for seat in self.seats.values():
            seat.hear(self.life.series, self.now)

    @rule(data=st.data(), hours=st.sampled_from((-30, -1, 1, 26, 24 * 9)))
    def move(self, data, hours):
        self.life.move(self._key(data), timedelta(hours=hours))
        self._changed()

    @rule(data=st.data())
    def move_back(self, data):
        occurrence = self.life.occurrence(self._key(data))
        self.life.move(occurrence.key, occurrence.original_start - occurrence.starts_at)
        self._changed()

    @rule(data=st.data(), place=st.sampled_from(("The barn", "Upstairs")))
    def elsewhere(self, data, place):
        self.life.elsewhere(self._key(data), place)
        self._changed()

    @rule(data=st.data())
    def cancel(self, data):
        self.life.cancel(self._key(data))
        self._changed()

    @rule(data=st.data())
    def restore(self, data):
        self.life.restore(self._key(data))
        self._changed()

    @rule(data=st.data(), stand_in=st.sampled_from(("eli", None)))
    def substitute(self, data, stand_in):
        self.life._set(self._key(data), provider_id=stand_in)
        self._changed()

    @rule(minutes=st.sampled_from((60, 90, 120)))
    def lengthen(self, minutes):
        self.life.lengthen(minutes)
        self._changed()

    @rule(place=st.sampled_from(("Room 1", "Room 2", None)))
    def other_room(self, place):
        self.life.change(place=place)
        self._changed()

    @rule(place=st.sampled_from(("Room 3", "Room 4")))
    def other_room_without_a_count(self, place):
        self.life.retitle(self.life.series.title)
        self.life.series = self.life.series.model_copy(update={"place": place})
        self._changed()

    @rule(title=st.sampled_from(("Tuesday Circle", "Evening Circle")))
    def retitle(self, title):
        self.life.retitle(title)
        self._changed()

    @rule(who=st.sampled_from(("ben", "cleo", "dora")), days=st.integers(0, 60))
    def join(self, who, days):
        self.life.join(who, (self.now + timedelta(days=days)).date())
        self._changed()

    @precondition(lambda self: self.life.series.members)
    @rule(who=st.sampled_from(("ben", "cleo", "dora")), days=st.integers(-1, 60))
    def leave(self, who, days):
        self.life.leave(who, (self.now + timedelta(days=days)).date())
        self._changed()

    @rule(days=st.integers(1, 12))
    def time_passes(self, days):
        self.tell()
        self.now += timedelta(days=days)
        self.life.now = self.now

    @precondition(lambda self: len(self.life.history) > 6)
    @rule()
    def end(self):
        self.life.end()
        self._changed()

    @rule()
    def tell(self):
        for seat in self.seats.values():
            seat.hear(self.life.series, self.now)
            seat.tell(self.life.series, self.now)
        self.pending = False

    @invariant()
    def what_the_mails_said_is_what_the_feed_says(self):
        if not hasattr(self, "seats") or self.pending:
            return
        for name, seat in self.seats.items():
            words = seat.small_changes
            mailed = self._ahead(seat.client.shows(), words=words)
            fed = self._ahead(shown_by(seat.feed(self.life.series, self.now)), words=words)
            assert mailed == fed, name
            view = seat.view(self.life.series)
            true = {m.starts_at for m in (view.planned() if view else ()) if m.ends_at > self.now}
            assert {each[0] for each in fed} == true, name

    def _ahead(self, shown, *, words):
        return {
            (start, end, title if words else "", where)
            for start, end, title, where in shown
            if end > self.now
        }


TestSeriesLife = SeriesLife.TestCase
TestSeriesLife.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
