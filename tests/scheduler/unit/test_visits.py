"""The rules of sites and pairings: what is typed, which days a pairing holds, how it is drawn."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside_scheduler.domain.visits import (
    PairedAlready,
    Stretch,
    site_facts,
    stretch,
    title_of,
)
from alongside_scheduler.handlers.sites import PairingView, SiteView
from alongside_scheduler.http.pages.lanes import strip
from alongside_scheduler.views.visits import PairingListed, VisitItem

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)

days = st.integers(0, 40).map(lambda number: DAY + timedelta(days=number))


@st.composite
def stretches(draw):
    begins = draw(days)
    length = draw(st.none() | st.integers(0, 20))
    return Stretch(begins, None if length is None else begins + timedelta(days=length))


@given(stretches(), stretches())
def test_two_stretches_meet_exactly_when_they_share_a_day(one, other):
    shared = any(
        one.covers(DAY + timedelta(days=number)) and other.covers(DAY + timedelta(days=number))
        for number in range(100)
    )
    assert one.meets(other) == other.meets(one) == shared


def test_days_out_of_order_and_twice_are_refused():
    with pytest.raises(Invalid) as refused:
        stretch(DAY, DAY - timedelta(days=1), ())
    assert set(refused.value.fields) == {"ends_on"}
    with pytest.raises(PairedAlready):
        stretch(DAY, None, [Stretch(DAY + timedelta(days=900))])
    assert stretch(DAY, DAY, [Stretch(DAY + timedelta(days=1))]) == Stretch(DAY, DAY)


def test_every_fault_of_a_site_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        site_facts(name=" ", kind="school", zone="Mars/Olympus", place="x" * 201)
    assert set(refused.value.fields) == {"name", "kind", "zone", "place"}
    facts = site_facts(name=" Little  Acorns ", kind="pre_k", zone="America/Chicago", place="")
    assert (facts.name, facts.place) == ("Little Acorns", None)
    assert len(title_of("x" * 100)) <= 120


def visit(days_on, standing):
    start = NOW + timedelta(days=days_on)
    return VisitItem(
        series_id="v",
        key="20260302T0900",
        pairing_id="p",
        title="Visit to Little Acorns",
        site_id="s",
        site="Little Acorns",
        site_kind="child_care",
        consultant_id="mia",
        consultant="Mia",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        zone="America/Chicago",
        place=None,
        link=None,
        moved=False,
        standing=standing,
        minutes=60,
        path="/visits/v/k",
        log_path="/attendance/visits/v/k",
    )


def test_a_lane_says_in_words_what_it_draws_and_stays_within_its_line():
    listed = PairingListed(
        pairing=PairingView(
            pairing_id="p", site_id="s", consultant_id="mia", begins_on=DAY, ends_on=None
        ),
        site=SiteView(
            site_id="s", version=1, name="Little Acorns", kind="child_care",
            zone="America/Chicago", place=None,
        ),
        consultant="Mia",
        active=True,
        next_visit=None,
        visits=[visit(-30, "held"), visit(-2, "to_log"), visit(7, "ahead"), visit(9, "cancelled")],
        held=1,
        held_minutes=60,
        to_log=1,
    )  # fmt: skip
    drawn = strip([listed], NOW, "America/Chicago", by_consultant=False)
    (lane,) = drawn.lanes
    assert lane.words == "Little Acorns, Mia: 1 held, 1 to log, 1 ahead"
    assert drawn.today == 50
    places = [at for at, _, _ in lane.marks]
    assert places == sorted(places)
    assert all(0 <= at <= 100 for at in (*places, lane.begins, lane.ends))
    assert lane.ends == 100
    assert [each for each, _ in drawn.legend] == ["held", "to_log", "ahead"]
    assert [name for _, name in drawn.months] == ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
