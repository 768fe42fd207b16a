"""The invented past, whatever the seed and the day: believable, in order, nobody in two places."""

import re
from collections import Counter
from datetime import date, time, timedelta
from itertools import combinations

import pytest

from alongside.zones import zone
from alongside_demo.days import instant, is_holiday, nth_weekday
from alongside_demo.groups import PAIR
from alongside_demo.lately import SEATED, thursdays
from alongside_demo.life import Life, live
from alongside_demo.meetings import clash
from alongside_demo.people import CENTRAL, LEFT
from alongside_demo.sending import Send
from alongside_demo.steps import (
    AnswerInvitation,
    Cancel,
    Confirm,
    Correct,
    Endorse,
    Join,
    Leave,
    MakeGroup,
    Meeting,
    Move,
    Plan,
    Record,
    Register,
    Remove,
    Return,
)
from alongside_demo.visiting import pairings

pytestmark = pytest.mark.unit

_NAMES = re.compile(r"\{(\w+:[\w-]+)\}")

DAYS = (date(2026, 3, 2), date(2026, 7, 6), date(2026, 11, 21), date(2028, 2, 29))


@pytest.fixture(scope="module", params=[(7, DAYS[0]), (7, DAYS[1]), (1, DAYS[2]), (42, DAYS[3])])
def life(request) -> Life:
    seed, day = request.param
    return live(seed, day)


def hours(life: Life, person: str) -> float:
    return sum(marks[person].minutes for marks in life.marks.values() if person in marks) / 60


def of_kind(life: Life, kind: type) -> list:
    return [step for step in life.steps if isinstance(step, kind)]


def test_the_same_seed_and_day_tell_the_same_story():
    assert live(7, DAYS[0]) == live(7, DAYS[0])
    assert live(7, DAYS[0]).steps != live(8, DAYS[0]).steps
    assert live(7, DAYS[0]).steps != live(7, DAYS[1]).steps


def test_who_is_in_it(life):
    people = life.people.values()
    assert Counter(role for person in people for role in person.roles) == {
        "coordinator": 1,
        "supervisor": 3,
        "supervisee": 25,  # and one of them left
    }
    here = [person for person in people if person.roles == ("supervisee",) and person.key != LEFT]
    pursued = Counter(person.pursuing for person in here)
    assert len(here) == 24
    assert pursued["IFS"] + pursued["ECFS"] == 16
    assert pursued["IMHS"] + pursued["ECMHS"] == 6
    assert pursued["IMHM-C"] == pursued[None] == 1
    assert len({person.zone for person in people}) == 3
    assert len({person.email for person in people}) == len({person.key for person in people}) == 29
    assert all(person.email.endswith(".example") for person in people)


def test_everybody_here_is_on_a_roster_now(life):
    now = [person for group in life.groups.values() for person in group.roster(life.today)]
    here = {key for key, person in life.people.items() if person.roles == ("supervisee",)} - {LEFT}
    assert Counter(now) == Counter(here)


def test_five_groups_that_meet_as_groups_do(life):
    assert len(life.groups) == 5
    minutes = sorted(group.rhythm.minutes for group in life.groups.values())
    assert minutes == [60, 60, 90, 90, 120]
    assert all(
        day == nth_weekday(day.year, day.month, 1, 2)
        for series in life.groups["marigold"].series
        for day in series.days
    )
    for group in life.groups.values():
        assert group.seats is None or all(
            len(group.roster(each.day)) <= group.seats for each in life.held if each.group == group
        )
    assert len(life.groups[PAIR].roster(life.today)) == 1


def test_nobody_is_in_two_places(life):
    for one, other in combinations(life.held, 2):
        assert not clash(one, other), (one.meeting, other.meeting)
    for group in life.groups.values():
        for day in (each.day for each in life.held if each.group == group):
            assert set(group.roster(day)).isdisjoint(group.leaders)


def test_eighteen_months_behind_and_something_ahead(life):
    past = [each for each in life.held if each.ends_at < life.end]
    assert past[0].starts_at < life.end - timedelta(days=540)
    for key in life.groups:
        assert any(
            each.group.key == key and not each.cancelled and each.starts_at > life.end
            for each in life.held
        )
    assert len(past) > 150


def test_meetings_stay_at_their_wall_time_across_clock_changes(life):
    for each in life.held:
        if each.moved_to is None:
            local = each.starts_at.astimezone(zone(each.group.zone))
            assert local.time() == each.group.rhythm.at
    offsets = {each.starts_at.astimezone(zone(each.group.zone)).utcoffset() for each in life.held}
    assert len(offsets) == 4  # three zones an hour apart, in winter and in summer


def test_holidays_are_free(life):
    """A group that moves its meeting may find no better day only within a year of holidays."""
    assert not [
        each.day
        for each in life.held
        if is_holiday(each.day) and not each.cancelled and each.starts_at < life.end
    ]


def test_what_goes_otherwise_has_the_measure_of_life(life):
    marks = Counter(mark.presence for there in life.marks.values() for mark in there.values())
    total = sum(marks.values())
    assert total > 420
    assert 0.04 < marks["absent"] / total < 0.18
    assert 0.03 < marks["late"] / total < 0.15
    assert 0.005 < marks["left_early"] / total < 0.09
    changed = [each for each in life.held if each.told_at]
    assert 0.05 < len(changed) / len(life.held) < 0.25
    for there in life.marks.values():
        for mark in there.values():
            assert 0 <= mark.about_rsc <= mark.minutes
            assert (mark.minutes == 0) == (mark.presence == "absent")


def test_every_step_comes_after_what_it_needs(life):
    registered, made, planned = {"coordinator"}, set(), set()
    recorded: set[Meeting] = set()
    settled: set[tuple[Meeting, str]] = set()
    returned: set[tuple[Meeting, str]] = set()
    by_meeting = {each.meeting: each for each in life.held}
    ats = [step.at for step in life.steps]
    assert ats == sorted(ats)
    assert life.began < ats[0]
    assert ats[-1] < life.end
    for step in life.steps:
        assert step.who in registered
        match step:
            case Register(person=person):
                registered.add(person.key)
            case Endorse(person=person) | Remove(person=person):
                assert person in registered
            case MakeGroup(group=group, members=members):
                assert registered >= {*members, *group.leaders}
                made.add(group.key)
            case Plan(series=series):
                assert series.group in made
                planned.add(series.key)
            case Join(group=group, person=person) | Leave(group=group, person=person):
                assert group in made
                assert person in registered
            case Move(meeting=meeting) | Cancel(meeting=meeting):
                assert meeting.series in planned
                assert step.at < by_meeting[meeting].starts_at
            case AnswerInvitation(series=series):
                assert series in planned
            case Record(meeting=meeting):
                assert by_meeting[meeting].ends_at < step.at
                assert meeting not in recorded
                recorded.add(meeting)
            case Return(meeting=meeting):
                assert meeting in recorded
                returned.add((meeting, step.who))
            case Correct(meeting=meeting, mark=mark):
                returned.remove((meeting, mark.person))
            case Confirm(meetings=meetings):
                assert recorded >= set(meetings)
                theirs = {(meeting, step.who) for meeting in meetings}
                assert theirs.isdisjoint(returned | settled)
                settled |= theirs


def test_what_is_sent_names_only_what_is_known_by_then(life):
    known = {"person:coordinator"}
    for step in life.steps:
        match step:
            case Register(person=person):
                known.add(f"person:{person.key}")
            case MakeGroup(group=group):
                known.add(f"group:{group.key}")
            case Send(keeps=keeps):
                assert set(_NAMES.findall(f"{step.path} {step.body}")) <= known, step
                known |= {name for name, _ in keeps}
    assert known >= {"group:thistle", "poll:juniper", "visits:puddle"}


def test_no_visit_and_no_new_meeting_is_at_the_time_of_another(life):
    taken = [
        (start, start + timedelta(minutes=each.rhythm.minutes), {each.consultant})
        for each in pairings(life.today)
        for start in map(each.starts_at, each.days)
    ]
    for day in thursdays(life.today):
        start = instant(day, time(14), CENTRAL)
        taken.append((start, start + timedelta(minutes=90), {"ruth", "dolores", *SEATED}))
    for start, end, people in taken:
        for each in life.held:
            meets = not each.cancelled and each.starts_at < end and start < each.ends_at
            assert not (meets and people & each.people), (start, each.meeting)


def test_every_page_has_something_to_show(life):
    recorded = {step.meeting for step in of_kind(life, Record)}
    assert len(life.marks.keys() - recorded) >= 3  # unrecorded still
    confirmed = {(each, step.who) for step in of_kind(life, Confirm) for each in step.meetings}
    corrected = {(step.meeting, step.mark.person) for step in of_kind(life, Correct)}
    returned = {(step.meeting, step.who) for step in of_kind(life, Return)} - corrected
    assert ("kofi") in {person for _, person in returned}
    at = {step.meeting: step.at for step in of_kind(life, Record)}
    stale = [
        (meeting, person)
        for meeting, there in life.marks.items()
        for person in there
        if meeting in at
        and at[meeting] < life.end - timedelta(days=14)
        and (meeting, person) not in confirmed
        and person != LEFT
    ]
    assert {person for _, person in stale} >= {"imani", "dario"}
    assert {step.answer for step in of_kind(life, AnswerInvitation)} == {
        "accepted",
        "declined",
        "tentative",
    }
    ahead = [each for each in life.held if each.starts_at > life.end]
    assert any(each.cancelled for each in ahead)
    assert any(each.moved_to for each in ahead)
    assert of_kind(life, Remove)


def test_the_stories_are_told(life):
    assert hours(life, "hazel") > 26
    assert hours(life, "noor") > 50
    assert 20 <= hours(life, "callum") < 24
    assert 0 < hours(life, "winnie") <= 4
    assert hours(life, "yuki") == 0
    last_seen = max(
        each.starts_at
        for each in life.held
        if life.marks.get(each.meeting, {}).get("oren") and life.marks[each.meeting]["oren"].minutes
    )
    assert last_seen < life.end - timedelta(days=75)
    assert hours(life, "oren") < 24
    juniper = [each.day for each in life.held if each.group.key == "juniper"]
    assert (life.today - juniper[1]).days > 21 * 30.5
    assert hours(life, "miriam") < 24
    (emerging,) = [c for c in life.people["tobias"].credentials if c.standing == "emerging"]
    assert juniper[0] < emerging.valid_from < juniper[1]
    assert life.today < emerging.valid_until < life.today + timedelta(days=60)
