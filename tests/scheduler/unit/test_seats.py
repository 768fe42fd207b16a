"""Seats by day, the order of who waits, and a life of joins, leaves and offers that never oversells."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alongside_scheduler.domain.groups import GroupFull
from alongside_scheduler.domain.seats import (
    AHEAD,
    Hold,
    OfferOver,
    Stay,
    Waiting,
    behind,
    check_seat,
    free_from,
    in_order,
    offers_due,
    over_by,
    peak,
    settled,
)

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
DAYS = st.integers(-30, 60).map(lambda days: TODAY + timedelta(days=days))


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@st.composite
def a_stay(draw: st.DrawFn) -> Stay:
    joined = draw(DAYS)
    length = draw(st.none() | st.integers(0, 60))
    left = None if length is None else joined + timedelta(days=length)
    return Stay(draw(st.sampled_from("abcdef")), joined, left)


STAYS = st.lists(a_stay(), max_size=8)
HOLDS = st.lists(st.builds(Hold, st.sampled_from("xyz"), DAYS), max_size=3)


def by_hand(stays: list[Stay], holds: list[Hold], when: date) -> int:
    there = sum(s.joined_on <= when and not (s.left_on and s.left_on < when) for s in stays)
    return there + sum(h.from_day <= when for h in holds)


@given(STAYS, HOLDS, DAYS)
def test_the_fullest_day_is_the_fullest_of_every_day(stays, holds, begin):
    every_day = [by_hand(stays, holds, begin + timedelta(days=n)) for n in range(200)]
    assert peak(stays, holds, begin) == max(every_day)


@given(STAYS, HOLDS, st.integers(1, 6))
def test_a_seat_is_free_from_the_first_day_it_stays_free(stays, holds, limit):
    fits = [peak(stays, holds, day(n)) < limit for n in range(200)]
    expected = day(fits.index(True)) if True in fits else None
    assert free_from(limit, stays, holds, TODAY) == expected


def test_without_a_limit_there_is_always_room():
    crowd = [Stay(str(n), TODAY) for n in range(200)]
    assert free_from(None, crowd, [], TODAY) == TODAY
    assert check_seat(None, "refuse", crowd, [], Stay("z", TODAY)) == 0
    assert over_by(None, crowd, [], TODAY) == 0


def test_a_full_group_refuses_or_warns():
    stays = [Stay("a", TODAY), Stay("b", TODAY, day(10))]
    with pytest.raises(GroupFull, match="2 seats, and 2 are taken"):
        check_seat(2, "refuse", stays, [], Stay("c", TODAY))
    assert check_seat(2, "warn", stays, [], Stay("c", TODAY)) == 1
    assert check_seat(2, "refuse", stays, [], Stay("c", day(11))) == 0
    with pytest.raises(GroupFull, match="1 of them kept for an open offer"):
        check_seat(2, "refuse", stays[:1], [Hold("b", day(20))], Stay("c", TODAY))
    assert check_seat(2, "refuse", stays[:1], [Hold("b", day(20))], Stay("c", TODAY, day(19))) == 0


def test_who_is_furthest_behind_comes_first():
    line = [
        Waiting("unknown, early", 1),
        Waiting("half", 2, behind(1440, 720, 0)),
        Waiting("nothing yet", 5, behind(1440, 0, 0)),
        Waiting("much waits for a confirmation", 3, behind(1440, 0, 1200)),
        Waiting("nothing of a smaller goal", 4, behind(600, 0, 0)),
        Waiting("beyond", 6, behind(600, 700, 0)),
        Waiting("unknown, late", 7),
    ]
    assert [each.number for each in in_order(line)] == [4, 5, 2, 3, 6, 1, 7]
    assert behind(0, 0, 0) is None
    assert behind(1440, 720, 360) == Fraction(1, 4)


@given(
    STAYS,
    HOLDS,
    st.none() | st.integers(1, 6),
    st.lists(st.none() | st.fractions(-1, 1, max_denominator=9), max_size=6),
)
def test_offers_never_exceed_the_seats_and_go_by_need(stays, holds, limit, needs):
    line = [Waiting(f"w{n}", n, need) for n, need in enumerate(needs)]
    due = offers_due(limit, stays, holds, line, TODAY)
    assert [each.waiting for each in due] == in_order(line)[: len(due)]
    after = [*holds, *(Hold(each.waiting.person_id, each.from_day) for each in due)]
    for each in due:
        assert TODAY <= each.from_day <= TODAY + AHEAD
        assert not over_by(limit, stays, after, each.from_day)
    if len(due) < len(line):
        free = free_from(limit, stays, after, TODAY)
        assert free is None or free > TODAY + AHEAD
    # What is offered holds its seat: asking again offers nothing more.
    waiting = [each for each in line if each not in [one.waiting for one in due]]
    assert offers_due(limit, stays, after, waiting, TODAY) == []


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "withdrawn"])
def test_what_is_over_is_over(state):
    assert settled("open", state) == state
    with pytest.raises(OfferOver) as refused:
        settled(state, "accepted")
    assert refused.value.detail


class Seating(RuleBasedStateMachine):
    """A group as the use cases drive it, with every person's fate written down."""

    def __init__(self) -> None:
        super().__init__()
        self.today = TODAY
        self.hour = datetime(2026, 3, 2, 9)  # only compared with itself
        self.limit = 3
        self.stays: list[Stay] = []
        self.waiting: list[Waiting] = []
        self.offers: dict[str, tuple[Hold, datetime]] = {}
        self.number = 0
        self.people = 0
        self.expired: list[str] = []

    @property
    def holds(self) -> list[Hold]:
        return [hold for hold, _ in self.offers.values()]

    def tidy(self) -> None:
        for who, (_, until) in list(self.offers.items()):
            if until <= self.hour:
                del self.offers[who]
                self.expired.append(who)
        for due in offers_due(self.limit, self.stays, self.holds, self.waiting, self.today):
            best = in_order(self.waiting)[0]
            assert due.waiting == best
            self.waiting.remove(best)
            hold = Hold(best.person_id, due.from_day)
            self.offers[best.person_id] = (hold, self.hour + timedelta(hours=72))

    @rule(need=st.none() | st.fractions(0, 1, max_denominator=8), ahead=st.integers(0, 40))
    def somebody_comes(self, need, ahead) -> None:
        self.people += 1
        who = f"p{self.people}"
        stay = Stay(who, self.today + timedelta(days=ahead))
        try:
            check_seat(self.limit, "refuse", self.stays, self.holds, stay)
        except GroupFull:
            self.number += 1
            self.waiting.append(Waiting(who, self.number, need))
            self.tidy()
        else:
            self.stays.append(stay)

    @precondition(lambda self: self.stays)
    @rule(which=st.integers(0, 99), days=st.integers(-1, 50))
    def somebody_leaves(self, which, days) -> None:
        stay = self.stays.pop(which % len(self.stays))
        last = self.today + timedelta(days=days)
        if stay.left_on is not None and last > stay.left_on:
            last = stay.left_on
        if last >= stay.joined_on:
            self.stays.append(Stay(stay.person_id, stay.joined_on, last))
        self.tidy()

    @precondition(lambda self: self.offers)
    @rule(which=st.integers(0, 99), yes=st.booleans())
    def somebody_answers(self, which, yes) -> None:
        who = sorted(self.offers)[which % len(self.offers)]
        hold, _ = self.offers.pop(who)
        if yes:
            self.stays.append(Stay(who, max(hold.from_day, self.today)))
        self.tidy()

    @rule(more=st.integers(1, 2))
    def seats_are_added(self, more) -> None:
        self.limit += more
        self.tidy()

    @rule(hours=st.sampled_from([1, 24, 71, 72, 200]))
    def time_passes(self, hours) -> None:
        self.hour += timedelta(hours=hours)
        self.today = self.hour.date()
        before = set(self.offers)
        ran_out = {who for who, (_, until) in self.offers.items() if until <= self.hour}
        waited = list(in_order(self.waiting))
        self.tidy()
        # Every seat that an offer let go went on to who came next, as far as there was somebody.
        new = [who for who in self.offers if who not in before - ran_out]
        assert not ran_out & set(self.offers)
        assert len(new) >= min(len(ran_out), len(waited))

    @invariant()
    def seats_are_never_exceeded(self) -> None:
        assert not over_by(self.limit, self.stays, self.holds, self.today)

    @invariant()
    def nobody_waits_while_a_seat_is_free(self) -> None:
        if self.waiting:
            free = free_from(self.limit, self.stays, self.holds, self.today)
            assert free is None or free > self.today + AHEAD

    @invariant()
    def everybody_is_in_one_place(self) -> None:
        waiting = [each.person_id for each in self.waiting]
        here = [each.person_id for each in self.stays]
        assert not set(waiting) & set(self.offers)
        assert not set(here) & (set(waiting) | set(self.offers))
        assert len(waiting) == len(set(waiting))


TestSeating = Seating.TestCase
TestSeating.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
