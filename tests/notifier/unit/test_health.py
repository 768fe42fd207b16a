"""Whether news reaches a person, and what to do about it, from facts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alongside_notifier.domain.health import (
    Facts,
    Fetched,
    Mailed,
    findings,
    program_of,
    programs,
    worst,
)
from notifier.making import NOW

pytestmark = pytest.mark.unit

WELL = Facts(
    has_feed=True,
    fetched=(Fetched("Thunderbird", NOW - timedelta(hours=2), 40),),
    mail=Mailed("invitation", NOW - timedelta(days=1), "sent"),
    answered=3,
)


def stand(facts):
    return {each.about: (each.state, each.tone) for each in findings(facts, NOW, mine=True)}


def test_where_all_is_well_there_is_nothing_to_do():
    found = findings(WELL, NOW, mine=True)
    assert worst(found) == "good"
    assert all(each.advice.startswith("Nothing to do") for each in found)


@pytest.mark.parametrize(
    ("changes", "about", "expected"),
    [
        ({"has_feed": False}, "calendar", ("Off", "calm")),
        ({"fetched": ()}, "calendar", ("Not used yet", "info")),
        (
            {"fetched": (Fetched("X", NOW - timedelta(days=2, seconds=1), 1),)},
            "calendar",
            ("Not following", "warn"),
        ),
        (
            {"fetched": (Fetched("X", NOW, 1, NOW + timedelta(days=9)),)},
            "calendar",
            ("Old address", "warn"),
        ),
        ({"mail": None}, "mail", ("None yet", "calm")),
        ({"goes_nowhere": True}, "mail", ("Kept as a file", "info")),
        ({"mail": Mailed("reminder", NOW, "bounced")}, "mail", ("Came back", "bad")),
        ({"mail": Mailed("reminder", NOW, "retrying")}, "mail", ("Tried again", "warn")),
        ({"unanswered": 2}, "answers", ("Part answered", "info")),
        ({"unanswered": 2, "answered": 0}, "answers", ("No answer yet", "warn")),
        ({"answered": 0}, "answers", ("Nothing asked", "calm")),
        ({"strikes": 2, "failure": "full"}, "address", ("Uncertain", "warn")),
        ({"strikes": 3, "silent_since": NOW}, "address", ("Silent", "bad")),
    ],
)
def test_each_of_the_four_stands_for_itself(changes, about, expected):
    after = stand(replace(WELL, **changes))
    assert after[about] == expected
    assert {**after, about: None} == {**stand(WELL), about: None}


def test_words_for_a_coordinator_speak_of_somebody_else():
    ill = Facts(has_feed=True, mail=Mailed("changed", NOW, "failed"), unanswered=1, strikes=1)
    for each in findings(ill, NOW, mine=False):
        assert "your" not in f"{each.said} {each.advice}".lower()
        assert each.said.endswith(".")
        assert each.advice.endswith(".")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "Google Calendar"),
        ("iOS/17.5 (21F79) dataaccessd/1.0", "Apple Calendar (iPhone)"),
        ("macOS/14.5 (23F79) dataaccessd/1.0", "Apple Calendar (Mac)"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Thunderbird/128.1", "Thunderbird"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)", "Outlook"),
        ("Somebody's own/2", "Somebody's own"),
        ("/", "Unknown"),
    ],
)
def test_a_program_has_the_name_that_people_know(agent, name):
    assert program_of(agent) == name


def test_versions_and_feeds_of_one_program_are_one():
    older = Fetched("Thunderbird", NOW - timedelta(days=1), 5, NOW)
    other = Fetched("khal", NOW - timedelta(hours=3), 1)
    newer = Fetched("Thunderbird", NOW, 2)
    assert programs([older, other, newer]) == (Fetched("Thunderbird", NOW, 7), other)
