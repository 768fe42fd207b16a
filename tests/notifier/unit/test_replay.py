"""Replaying a person's mailbox through a client gives exactly their feed, whatever happened."""

from contextlib import ExitStack
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alongside.zones import tzdata_version, zone
from alongside_notifier.domain.recurrence import wall_of
from alongside_notifier.domain.words import ENGLISH, SPANISH
from alongside_scheduler.domain.clocks import by_new_clocks
from notifier.client import shown_by
from notifier.making import NOW, Life, make_series, monthly, weekly
from notifier.seat import Seat
from other_clocks import other_clocks

pytestmark = [pytest.mark.unit, pytest.mark.timeout(400)]

PEOPLE = ("ada", "ben", "cleo", "dora", "eli")
VANCOUVER = "America/Vancouver"
ZONES = (
    VANCOUVER,
    "America/Chicago",
    "Europe/Berlin",
    "Asia/Jerusalem",
    "America/Havana",
    "Asia/Kolkata",
    "UTC",
)


@pytest.fixture(scope="module", autouse=True)
def older(tmp_path_factory):
    SeriesLife.folder = tmp_path_factory.mktemp("clocks")


class SeriesLife(RuleBasedStateMachine):
    """A series' random life; mails are sometimes coalesced over several changes.

    It begins before Vancouver stops changing its clocks, and somewhere on the way it does.
    """

    @initialize(
        zone=st.sampled_from(ZONES),
        kind=st.sampled_from(("weekly", "fortnightly", "monthly", "once")),
        small=st.booleans(),
    )
    def begin(self, zone, kind, small):
        self.clocks = ExitStack()
        self.clocks.enter_context(other_clocks(self.folder, "2025.2", Vancouver="Los_Angeles"))
        self.is_old = True
        first = (NOW + timedelta(days=8)).replace(tzinfo=None, hour=10)
        pattern = {
            "weekly": weekly(first, 8),
            "fortnightly": weekly(first, 6, 2),
            "monthly": monthly(first, 5, 2),
            "once": weekly(first, 1).model_copy(update={"frequency": "once"}),
        }[kind]
        self.life = Life(make_series(pattern, zone_name=zone))
        self.now = NOW
        self.pending = False
        self.seats = {
            each: Seat(
                each,
                small_changes=small or each == "cleo",
                words=SPANISH if each in {"cleo", "eli"} else ENGLISH,
            )
            for each in PEOPLE
        }
        self.tell()

    def teardown(self):
        if hasattr(self, "clocks"):
            self.clocks.close()

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

    @precondition(lambda self: self.is_old)
    @rule()
    def new_clocks(self):
        series, at = self.life.series, zone(self.life.series.zone)
        walls = {o.key: f"{o.starts_at.astimezone(at):%Y%m%dT%H%M}" for o in series.occurrences}
        self.clocks.close()
        self.is_old = False
        tzdata = tzdata_version()
        at = zone(series.zone)
        after = by_new_clocks(series, at, tzdata=tzdata, walls=walls, now=self.now)
        if after is not series:
            assert series.zone == VANCOUVER
            self.life.history.append(series)
            self.life.series = after
        self._changed()

    @rule(days=st.integers(1, 3))
    def time_passes(self, days):
        self.tell()
        self.now += timedelta(days=days)
        self.life.now = self.now

    @precondition(lambda self: len(self.life.history) > 90)
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
        at = zone(self.life.series.zone)
        for each in self.life.series.occurrences:
            if each.original_start > self.now:
                truly = wall_of(each.key).replace(tzinfo=at).astimezone(UTC)
                assert each.original_start == truly, each.key

    def _ahead(self, shown, *, words):
        return {
            (start, end, title if words else "", where)
            for start, end, title, where in shown
            if end > self.now
        }


TestSeriesLife = SeriesLife.TestCase
TestSeriesLife.settings = settings(
    max_examples=3,
    stateful_step_count=200,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a life takes half an hour
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
