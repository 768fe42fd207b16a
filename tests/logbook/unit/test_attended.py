"""The supervisee speaks first, and a coordinator in a provider's place: two people, never one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import AlongsideError, Conflict, Forbidden, Invalid
from alongside_logbook.domain.attendance import Departure, Mark, mark_all
from alongside_logbook.domain.attended import hand_back, say, say_again, stand_behind, take_back
from alongside_logbook.domain.entry import EntryVersion, Sitting
from alongside_logbook.domain.override import stand_in
from alongside_logbook.domain.proof import contradictions
from alongside_logbook.domain.signatures import signatures
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


def mark(minutes: int = 120, **facts) -> Mark:
    presence = {0: "absent", 120: "present"}.get(minutes, "part")
    return Mark(person_id="ann", presence=presence, minutes=minutes, **facts)


@dataclass
class Life:
    """An entry and its versions so far."""

    versions: tuple[EntryVersion, ...] = ()

    @property
    def now(self) -> EntryVersion:
        return self.versions[-1]

    def then(self, what: str) -> "Life":
        done = ACTS[what](self)
        return self if done is None else Life((*self.versions, done))


def _correct(life, minutes=120, reason=None, by="pat"):
    return correct(life.now, SITTING, mark(minutes), 5, actor_id=by, now=NOW, reason=reason)


def _stand_in(life, new=None, by="cora", note="Her mail of the day"):
    return stand_in(life.now, new, "died", note, actor_id=by, now=NOW, seen=None)


ACTS = {
    "ann says 120": lambda life: (
        say_again(life.now, SITTING, mark(), now=NOW)
        if life.versions
        else say("e1", SITTING, mark(), 6, now=NOW)
    ),
    "ann says 60": lambda life: say_again(life.now, SITTING, mark(60), now=NOW),
    "ann confirms": lambda life: confirm(life.now, actor_id="ann", now=NOW, seen=None),
    "ann returns": lambda life: send_back(life.now, "no", actor_id="ann", now=NOW, seen=None),
    "ann takes back": lambda life: take_back(life.now, actor_id="ann", now=NOW, seen=None),
    "pat records 120": lambda life: (
        _correct(life) if life.versions else record("e1", SITTING, mark(), 5, actor_id="pat", now=NOW)
    ),
    "pat records 60": lambda life: _correct(life, 60),
    "pat corrects 60": lambda life: _correct(life, 60, "minutes_wrong"),
    "pat stands": lambda life: _correct(life, reason="stands"),
    "pat confirms": lambda life: stand_behind(life.now, actor_id="pat", now=NOW, seen=None),
    "ann agrees": lambda life: stand_behind(life.now, actor_id="ann", now=NOW, seen=None),
    "ann records": lambda life: _correct(life, by="ann"),
    "pat hands back": lambda life: hand_back(life.now, "no", actor_id="pat", now=NOW, seen=None),
    "cora stands in": _stand_in,
    "cora says 60": lambda life: _stand_in(life, mark(60)),
    "ann stands in": lambda life: _stand_in(life, by="ann"),
    "pat stands in": lambda life: _stand_in(life, by="pat"),
    "cora says nothing": lambda life: _stand_in(life, note="  "),
}  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "status", "awaits", "minutes", "version"),
    [
        ("ann says 120", "recorded", "pat", 120, 1),
        ("ann says 120, ann says 120", "recorded", "pat", 120, 1),
        ("ann says 120, ann says 60", "recorded", "pat", 60, 2),
        ("ann says 120, pat confirms", "confirmed", None, 120, 2),
        ("ann says 120, pat confirms, pat confirms", "confirmed", None, 120, 2),
        # Both speak, in either order: one entry, and both stand behind it.
        ("ann says 120, pat records 120", "confirmed", None, 120, 2),
        ("pat records 120, ann says 120", "confirmed", None, 120, 2),
        ("ann says 120, pat records 60", "recorded", "ann", 60, 2),
        ("ann says 120, pat records 60, ann confirms", "confirmed", None, 60, 3),
        ("ann says 120, pat hands back", "returned", "ann", 120, 2),
        ("ann says 120, pat hands back, ann says 60", "recorded", "pat", 60, 3),
        ("ann says 120, pat hands back, ann says 120", "recorded", "pat", 120, 3),
        ("ann says 120, pat hands back, pat records 120", "confirmed", None, 120, 3),
        ("ann says 120, ann takes back", "withdrawn", None, 120, 2),
        ("ann says 120, ann takes back, ann takes back", "withdrawn", None, 120, 2),
        ("ann says 120, ann takes back, ann says 120", "recorded", "pat", 120, 3),
        ("ann says 120, ann takes back, pat records 120", "recorded", "ann", 120, 3),
        ("ann says 120, pat hands back, ann takes back", "withdrawn", None, 120, 3),
        ("pat records 120, ann returns, pat stands", "recorded", "ann", 120, 3),
        # A coordinator in the provider's place.
        ("ann says 120, cora stands in", "confirmed", None, 120, 2),
        ("ann says 120, pat hands back, cora stands in", "confirmed", None, 120, 3),
        ("ann says 120, cora says 60", "recorded", "ann", 60, 2),
        ("ann says 120, cora says 60, ann confirms", "confirmed", None, 60, 3),
        ("pat records 120, ann returns, cora says 60", "recorded", "ann", 60, 3),
        ("pat records 120, ann returns, cora stands in", "recorded", "ann", 120, 3),
        ("pat records 120, cora says 60", "recorded", "ann", 60, 2),
        ("ann says 120, cora stands in, pat corrects 60", "recorded", "ann", 60, 3),
    ],
)
def test_how_two_people_meet(acts, status, awaits, minutes, version):
    life = Life()
    for act in acts.split(", "):
        life = life.then(act)
    entry = life.now
    assert (entry.status, entry.awaits, entry.minutes, entry.version) == (
        status, awaits, minutes, version,
    )  # fmt: skip
    assert (status == "confirmed") is signatures(life.versions).complete
    assert ("cora" in acts) is (entry.override == "died" and entry.override_note is not None)


@pytest.mark.parametrize(
    ("acts", "refusal", "said"),
    [
        ("ann says 120, ann confirms", Conflict, "the provider's word is awaited"),
        ("ann says 120, ann returns", Conflict, "the provider's word is awaited"),
        ("ann says 120, ann agrees", Forbidden, "Two people"),
        ("ann says 120, ann records", Forbidden, "Two people"),
        ("ann says 120, pat hands back, ann confirms", Conflict, "returned this one to you"),
        ("ann says 120, pat hands back, pat confirms", Conflict, "not waiting"),
        ("pat records 120, ann takes back", Conflict, "The provider spoke"),
        ("pat records 120, pat hands back", Conflict, "not waiting"),
        ("pat records 120, ann says 60", Conflict, "recorded meanwhile"),
        ("pat records 120, ann confirms, ann says 60", Conflict, "recorded meanwhile"),
        ("pat records 120, pat records 60", Invalid, "Say why it changes"),
        ("ann says 120, ann takes back, ann confirms", Conflict, "taken back"),
        ("ann says 120, ann takes back, pat confirms", Conflict, "not waiting"),
        ("ann says 120, ann takes back, cora stands in", Conflict, "taken back"),
        ("pat records 120, cora stands in", Conflict, "nobody gives it for them"),
        ("pat records 120, ann confirms, cora says 60", Conflict, "Two people stand behind"),
        ("ann says 120, ann stands in", Forbidden, "own hours"),
        ("ann says 120, pat stands in", Forbidden, "You led this session"),
        ("ann says 120, cora says nothing", Invalid, "Say what shows"),
    ],
)
def test_what_is_refused(acts, refusal, said):
    *before, last = acts.split(", ")
    life = Life()
    for act in before:
        life = life.then(act)
    with pytest.raises(AlongsideError, match=said) as caught:
        life.then(last)
    assert type(caught.value) is refusal


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_whatever_people_do_an_hour_has_two_people_behind_it(acts):
    life = Life()
    for act in acts:
        before = life
        try:
            life = life.then(act)
        except (AlongsideError, IndexError):  # refused, or there is no entry yet
            continue
        if life is before:
            continue
        entry, words = life.now, signatures(life.versions)
        assert contradictions("ann", life.versions) == []
        assert (entry.status == "confirmed") is (words.complete and entry.awaits is None)
        if before.versions and before.now.status == "confirmed":
            # Nobody changes what two people stand behind: it is put before the person again.
            assert (entry.status, entry.awaits) == ("recorded", "ann")


def test_nobody_says_they_attended_what_they_led():
    led = SITTING.model_copy(update={"provider_id": "ann"})
    with pytest.raises(Forbidden, match="You led"):
        say("e1", led, mark(), 6, now=NOW)


def test_ages_may_be_said_at_confirming_where_nobody_had():
    entry = record("e1", SITTING, mark(), 6, actor_id="pat", now=NOW)
    done = confirm(entry, actor_id="ann", now=NOW, seen=1, ages=("3-6", "0-3"))
    assert done is not None
    assert done.ages == ("0-3", "3-6")
    said = entry.model_copy(update={"ages": ("0-3",)})
    same = confirm(said, actor_id="ann", now=NOW, seen=1, ages=("0-3",))
    assert same is not None
    with pytest.raises(Invalid, match="said before"):
        confirm(said, actor_id="ann", now=NOW, seen=1, ages=("3-6",))


def test_what_nobody_said_now_is_no_change():
    first = record(
        "e1", SITTING.model_copy(update={"mode": "virtual"}), mark(ages=("0-3",)), 6,
        actor_id="pat", now=NOW,
    )  # fmt: skip
    assert (first.mode, first.ages) == ("virtual", ("0-3",))
    assert correct(first, SITTING, mark(), 6, actor_id="pat", now=NOW, reason=None) is None
    other = correct(
        first, SITTING, mark(other_minutes=30), 6, actor_id="pat", now=NOW, reason="minutes_wrong"
    )
    assert other is not None
    assert (other.other_minutes, other.mode, other.ages) == (30, "virtual", ("0-3",))


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"other_minutes": 30}, (120, 0, 30)),
        ({"other_minutes": 30, "about_rsc_minutes": 90}, (120, 90, 30)),
        ({"other_minutes": 31, "about_rsc_minutes": 90}, None),
        ({"other_minutes": -1}, None),
        ({"presence": "absent", "other_minutes": 1}, None),
    ],
)
def test_the_parts_of_a_session_are_never_more_than_all_of_it(facts, kept):
    said = Departure(person_id="ann", **facts)
    if kept is None:
        with pytest.raises(Invalid):
            mark_all(["ann"], 120, [said])
        return
    found = mark_all(["ann"], 120, [said])["ann"]
    assert (found.minutes, found.about_rsc_minutes, found.other_minutes) == kept
