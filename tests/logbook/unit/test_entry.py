"""The life of an entry: only ever the next version, and never without the second person."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alongside.errors import AlongsideError, Conflict, Forbidden, Invalid
from alongside_logbook.domain.attendance import Mark
from alongside_logbook.domain.chain import GENESIS, Link, broken
from alongside_logbook.domain.entry import EntryVersion, Sitting, sealed
from alongside_logbook.domain.steps import confirm, correct, record, send_back

pytestmark = pytest.mark.unit

NOW = datetime(2026, 2, 10, 18, 0, tzinfo=UTC)
SITTING = Sitting(
    series_id="s1",
    occurrence_key="20260210T1000",
    title="Tuesday circle",
    kind="group",
    provider_id="pat",
    starts_at=datetime(2026, 2, 10, 16, 0, tzinfo=UTC),
    zone="America/Chicago",
    held_on=date(2026, 2, 10),
    scheduled_minutes=120,
)


def mark(minutes: int = 120, about: int = 0) -> Mark:
    presence = {0: "absent", 120: "present"}.get(minutes, "late")
    return Mark(person_id="ann", presence=presence, minutes=minutes, about_rsc_minutes=about)


def recorded() -> EntryVersion:
    return record("e1", SITTING, mark(), 6, actor_id="pat", now=NOW)


def confirmed() -> EntryVersion:
    found = confirm(recorded(), actor_id="ann", now=NOW, seen=1)
    assert found is not None
    return found


def returned() -> EntryVersion:
    found = send_back(recorded(), "I came at half past.", actor_id="ann", now=NOW, seen=1)
    assert found is not None
    return found


def again(entry, new, reason=None, by="pat"):
    return correct(entry, SITTING, new, 6, actor_id=by, now=NOW, reason=reason)


def test_a_new_entry_awaits_the_supervisee():
    entry = recorded()
    assert (entry.version, entry.status, entry.awaits) == (1, "recorded", "ann")
    assert entry.state().minutes == 120
    assert not hasattr(entry.state(), "returned_because")


def test_confirming_is_the_supervisees_alone_and_done_once():
    entry = confirmed()
    assert (entry.version, entry.status, entry.awaits, entry.actor_id) == (
        2,
        "confirmed",
        None,
        "ann",
    )
    assert confirm(entry, actor_id="ann", now=NOW, seen=None) is None
    for somebody in ("pat", "cora", "bob"):
        with pytest.raises(Forbidden):
            confirm(recorded(), actor_id=somebody, now=NOW, seen=1)


def test_nobody_confirms_what_they_did_not_see():
    with pytest.raises(Conflict, match="changed since you looked"):
        confirm(recorded(), actor_id="ann", now=NOW, seen=3)
    with pytest.raises(Conflict, match="changed since you looked"):
        send_back(recorded(), "no", actor_id="ann", now=NOW, seen=3)


def test_returning_needs_a_reason_and_awaits_the_provider():
    entry = returned()
    assert (entry.status, entry.awaits, entry.returned_because) == (
        "returned", "pat", "I came at half past."
    )  # fmt: skip
    assert send_back(entry, " I came  at half past.", actor_id="ann", now=NOW, seen=2) is None
    for reason in ("", "  \n "):
        with pytest.raises(Invalid) as caught:
            send_back(recorded(), reason, actor_id="ann", now=NOW, seen=1)
        assert "reason" in caught.value.fields
    with pytest.raises(Invalid, match="at most 500"):
        send_back(recorded(), "x" * 501, actor_id="ann", now=NOW, seen=1)
    with pytest.raises(Forbidden):
        send_back(recorded(), "no", actor_id="pat", now=NOW, seen=1)


def test_what_was_confirmed_or_returned_is_not_returned_again():
    with pytest.raises(Conflict, match="You confirmed this one before"):
        send_back(confirmed(), "no", actor_id="ann", now=NOW, seen=None)
    with pytest.raises(Conflict, match="You returned this one before"):
        send_back(returned(), "another reason", actor_id="ann", now=NOW, seen=None)
    with pytest.raises(Conflict, match="the provider has to look at it"):
        confirm(returned(), actor_id="ann", now=NOW, seen=None)


def test_recording_the_same_again_is_no_new_version():
    assert again(recorded(), mark()) is None
    assert again(confirmed(), mark(), "typing_error") is None
    assert again(returned(), mark()) is None


@pytest.mark.parametrize("entry", [recorded(), confirmed(), returned()])
def test_a_change_is_a_new_version_that_awaits_confirmation_again(entry):
    found = again(entry, mark(90), "minutes_wrong")
    assert found is not None
    assert found.version == entry.version + 1
    assert (found.status, found.awaits, found.minutes) == ("recorded", "ann", 90)
    assert found.returned_because is None
    assert found.correction == "minutes_wrong"


def test_a_change_says_why():
    with pytest.raises(Invalid) as caught:
        again(confirmed(), mark(90))
    assert "reason_code" in caught.value.fields
    with pytest.raises(Invalid, match="cannot be right as it was and change"):
        again(returned(), mark(90), "stands")


def test_a_provider_may_stand_by_what_was_returned():
    found = again(returned(), mark(), "stands")
    assert found is not None
    assert (found.status, found.awaits, found.minutes) == ("recorded", "ann", 120)


def chain(versions: list[EntryVersion]) -> list[Link]:
    links, prev = [], GENESIS
    for position, version in enumerate(versions, 1):
        body, digest = sealed(version, position, prev)
        links.append(Link(position, body, prev, digest))
        prev = digest
    return links


def test_the_sealed_text_is_the_same_for_the_same_facts():
    later = recorded().model_copy()
    assert sealed(recorded(), 1, GENESIS) == sealed(later, 1, GENESIS)
    assert sealed(recorded(), 2, GENESIS) != sealed(later, 1, GENESIS)
    body, _ = sealed(recorded(), 1, GENESIS)
    assert '"position":1' in body
    assert EntryVersion.model_validate_json(body) == recorded()


class Life(RuleBasedStateMachine):
    """Whatever the two people do, in whatever order, the history only grows and holds together."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = [recorded()]
        self.now = NOW

    @property
    def entry(self) -> EntryVersion:
        return self.versions[-1]

    def keep(self, step):
        self.now += timedelta(hours=1)
        before = list(self.versions)
        try:
            found = step()
        except AlongsideError:
            found = None
        if found is not None:
            self.versions.append(found)
        assert self.versions[: len(before)] == before

    @rule(seen=st.sampled_from([None, 0, 1]))
    def confirms(self, seen):
        version = None if seen is None else self.entry.version - seen
        self.keep(lambda: confirm(self.entry, actor_id="ann", now=self.now, seen=version))

    @rule(reason=st.sampled_from(["no", "not there", ""]))
    def returns(self, reason):
        self.keep(lambda: send_back(self.entry, reason, actor_id="ann", now=self.now, seen=None))

    @rule(
        minutes=st.sampled_from([0, 60, 90, 120]),
        reason=st.sampled_from([None, "stands", "minutes_wrong"]),
    )
    def corrects(self, minutes, reason):
        self.keep(
            lambda: correct(
                self.entry, SITTING, mark(minutes), 6, actor_id="pat", now=self.now, reason=reason
            )
        )

    @invariant()
    def versions_rise_by_one(self):
        assert [each.version for each in self.versions] == list(range(1, len(self.versions) + 1))

    @invariant()
    def only_the_supervisee_confirms_and_only_what_was_recorded(self):
        for before, after in zip(self.versions, self.versions[1:], strict=False):
            if after.status == "confirmed":
                assert after.actor_id == "ann"
                assert before.status == "recorded"
                assert before.minutes == after.minutes
            if before.status == "confirmed":
                assert after.status == "recorded"
                assert after.correction is not None

    @invariant()
    def somebody_is_awaited_unless_it_is_confirmed(self):
        expected = {"recorded": "ann", "returned": "pat", "confirmed": None}[self.entry.status]
        assert self.entry.awaits == expected

    @invariant()
    @precondition(lambda self: len(self.versions) > 1)
    def the_chain_holds(self):
        links = chain(self.versions)
        assert broken(links, (len(links), links[-1].hash)) is None


TestLife = Life.TestCase
