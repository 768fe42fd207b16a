"""Hours from elsewhere: what can be said, who vouches, and that nothing is changed in place."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.entry import OUTSIDE
from alongside_logbook.domain.outside import (
    NO_TITLE,
    OutsideHour,
    day_start,
    decline,
    is_timed,
    revise,
    submit,
    vouch,
    withdraw,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CHICAGO = "America/Chicago"
FACTS = OutsideHour(
    supervisee_id="ann",
    provider_id="prov",
    held_on=date(2026, 2, 20),
    started_at=datetime(2026, 2, 20, 16, 0, tzinfo=UTC),
    zone=CHICAGO,
    minutes=90,
)


def said(**changes) -> OutsideHour:
    return FACTS.model_copy(update=changes)


def submitted():
    return submit("e1", FACTS, "ann", NOW)


def confirmed():
    found = vouch(submitted(), "prov", LATER, seen=1)
    assert found is not None
    return found


def test_what_the_supervisee_says_awaits_the_provider():
    entry = submitted()
    assert (entry.version, entry.status, entry.awaits, entry.act) == (
        1, "recorded", "prov", "submitted"
    )  # fmt: skip
    assert (entry.series_id, entry.occurrence_key, entry.origin) == ("e1", OUTSIDE, "outside")
    assert (entry.minutes, entry.scheduled_minutes, entry.presence) == (90, 90, "present")
    assert entry.title == NO_TITLE
    state = entry.state()
    assert (state.series_id, state.occurrence_key, state.origin) == (None, None, "outside")
    kept = submit("e2", said(origin="import", batch_id="i1", title=" Tuesday  group "), "ann", NOW)
    assert (kept.origin, kept.batch_id, kept.title) == ("import", "i1", "Tuesday group")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
        ({"about_rsc_minutes": 91}, "about_rsc_minutes"),
        ({"other_minutes": -1}, "other_minutes"),
        ({"about_rsc_minutes": 50, "other_minutes": 41}, "other_minutes"),
        ({"provider_id": "ann"}, "provider"),
        ({"head_count": 2}, "head_count"),
        ({"kind": "group", "head_count": 0}, "head_count"),
        ({"kind": "group", "head_count": 501}, "head_count"),
        ({"title": "x" * 81}, "title"),
        ({"held_on": date(2026, 3, 3), "started_at": day_start(date(2026, 3, 3), CHICAGO)}, "held_on"),
        ({"started_at": NOW + timedelta(minutes=1), "held_on": date(2026, 3, 2)}, "held_on"),
        ({"held_on": date(1989, 12, 31)}, "held_on"),
        ({"held_on": date(2026, 2, 21)}, "started_at"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_beside_its_field(changes, field):
    with pytest.raises(Invalid) as caught:
        submit("e1", said(**changes), "ann", NOW)
    assert field in caught.value.fields


def test_a_session_with_no_time_of_day_stands_at_the_start_of_its_day_and_says_so():
    day = date(2026, 2, 20)
    entry = submit("e1", said(started_at=day_start(day, CHICAGO)), "ann", NOW)
    assert entry.started_at == datetime(2026, 2, 20, 6, 0, tzinfo=UTC)
    assert not is_timed(entry)
    assert is_timed(submitted())
    # A day that begins at one o'clock: midnight is skipped by summer time there.
    skipped = said(
        held_on=date(2025, 9, 7),
        zone="America/Santiago",
        started_at=day_start(date(2025, 9, 7), "America/Santiago"),
    )
    assert not is_timed(submit("e1", skipped, "ann", NOW))


def test_the_provider_vouches_once_and_only_for_what_was_seen():
    entry = confirmed()
    assert (entry.version, entry.status, entry.awaits, entry.act, entry.actor_id) == (
        2, "confirmed", None, "confirmed", "prov"
    )  # fmt: skip
    assert vouch(entry, "prov", LATER, seen=2) is None
    with pytest.raises(Conflict, match="changed since"):
        vouch(submitted(), "prov", LATER, seen=2)
    with pytest.raises(Forbidden):
        vouch(submitted(), "somebody", LATER, seen=1)
    with pytest.raises(Forbidden):
        vouch(submitted(), "ann", LATER, seen=1)


def test_a_provider_who_disagrees_sends_it_back_with_a_reason():
    entry = decline(submitted(), "prov", " It was  60 minutes. ", LATER, seen=1)
    assert (entry.status, entry.awaits, entry.returned_because) == (
        "returned", "ann", "It was 60 minutes."
    )  # fmt: skip
    with pytest.raises(Invalid):
        decline(submitted(), "prov", "  ", LATER, seen=1)
    with pytest.raises(Conflict, match="not waiting"):
        vouch(entry, "prov", LATER, seen=2)
    with pytest.raises(Conflict, match="not waiting"):
        decline(confirmed(), "prov", "no", LATER, seen=2)


def test_a_change_is_a_new_version_that_needs_vouching_again():
    assert revise(confirmed(), FACTS, "ann", LATER) is None
    for entry in (submitted(), confirmed(), decline(submitted(), "prov", "60", LATER, seen=1)):
        changed = revise(entry, said(minutes=60), "ann", LATER, seen=entry.version)
        assert changed is not None
        assert (changed.version, changed.status, changed.awaits, changed.minutes) == (
            entry.version + 1, "recorded", "prov", 60
        )  # fmt: skip
        assert changed.returned_because is None
        with pytest.raises(Conflict, match="changed since"):
            revise(entry, said(minutes=60), "ann", LATER, seen=entry.version + 1)
    with pytest.raises(Forbidden):
        revise(submitted(), said(minutes=60), "prov", LATER)
    with pytest.raises(Conflict, match="corrected by who led it"):
        revise(submitted().model_copy(update={"occurrence_key": "k"}), FACTS, "ann", LATER)


def test_what_is_taken_back_stays_in_the_record_and_is_over():
    for entry in (submitted(), confirmed()):
        gone = withdraw(entry, "ann", LATER)
        assert gone is not None
        assert (gone.version, gone.status, gone.awaits, gone.minutes) == (
            entry.version + 1, "withdrawn", None, 90
        )  # fmt: skip
        assert withdraw(gone, "ann", LATER) is None
        with pytest.raises(Conflict, match="taken back"):
            revise(gone, said(minutes=60), "ann", LATER)
        with pytest.raises(Conflict, match="not waiting"):
            vouch(gone, "prov", LATER, seen=gone.version)
    with pytest.raises(Conflict, match="changed since"):
        withdraw(submitted(), "ann", LATER, seen=2)
    with pytest.raises(Conflict, match="not taken back"):
        withdraw(submitted().model_copy(update={"origin": "session"}), "ann", LATER)
