"""Everybody is there unless somebody says otherwise, in whole minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.errors import Invalid
from alongside_logbook.domain.attendance import Departure, mark_all

pytestmark = pytest.mark.unit

ROSTER = ("ann", "bob", "cy")


def minutes(*exceptions: Departure, scheduled: int = 120) -> dict[str, int]:
    return {p: m.minutes for p, m in mark_all(ROSTER, scheduled, exceptions).items()}


def test_everybody_is_there_for_all_of_it():
    marks = mark_all(ROSTER, 120, ())
    assert {
        person: (mark.presence, mark.minutes) for person, mark in marks.items()
    } == dict.fromkeys(ROSTER, ("present", 120))


@pytest.mark.parametrize(
    ("presence", "given_minutes", "kept", "called"),
    [
        ("absent", None, 0, "absent"),
        ("absent", 0, 0, "absent"),
        ("present", None, 120, "present"),
        ("late", 90, 90, "late"),
        ("left_early", 45, 45, "left_early"),
        ("part", 1, 1, "part"),
        ("late", 0, 0, "absent"),
        ("late", 120, 120, "present"),
    ],
)
def test_exceptions(presence, given_minutes, kept, called):
    marks = mark_all(
        ROSTER, 120, [Departure(person_id="bob", presence=presence, minutes=given_minutes)]
    )
    assert (marks["bob"].minutes, marks["bob"].presence) == (kept, called)
    assert marks["ann"].minutes == marks["cy"].minutes == 120


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"presence": "late"}, "Say how many minutes"),
        ({"presence": "late", "minutes": 121}, "choose between 0 and 120"),
        ({"presence": "part", "minutes": -1}, "choose between 0 and 120"),
        ({"presence": "absent", "minutes": 30}, "Absent means 0 min here"),
        ({"presence": "present", "minutes": 30}, "Present means 2 h here"),
        ({"presence": "absent", "about_rsc_minutes": 1}, "between 0 and 0 can be about"),
        ({"presence": "late", "minutes": 60, "about_rsc_minutes": 61}, "between 0 and 60"),
        ({"about_rsc_minutes": -1}, "between 0 and 120"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_the_person(facts, said):
    with pytest.raises(Invalid) as caught:
        mark_all(ROSTER, 120, [Departure(person_id="bob", **facts)])
    assert said in caught.value.fields["bob"]


def test_strangers_and_repetitions_are_refused_all_at_once():
    wrong = [
        Departure(person_id="eve"),
        Departure(person_id="ann"),
        Departure(person_id="ann", presence="absent"),
    ]
    with pytest.raises(Invalid) as caught:
        mark_all(ROSTER, 120, wrong)
    assert caught.value.fields == {
        "eve": "This person was not on the roster on that day.",
        "ann": "This person is named twice.",
    }


@given(st.integers(1, 480), st.data())
def test_nobody_gets_more_than_the_session_or_less_than_nothing(scheduled, data):
    given_minutes = data.draw(st.integers(0, scheduled))
    kept = minutes(
        Departure(person_id="ann", presence="part", minutes=given_minutes), scheduled=scheduled
    )
    assert kept == {"ann": given_minutes, "bob": scheduled, "cy": scheduled}
