"""What somebody works toward, and how hours stand in time: pure, from facts."""

from datetime import UTC, date, datetime

import pytest

from alongside.contracts import Credential
from alongside.errors import Invalid
from alongside_logbook.domain.calendar import add_months
from alongside_logbook.domain.drawing import draw
from alongside_logbook.domain.facts import facts_of
from alongside_logbook.domain.goals import Choice, Goal, automatic, named, standing, together
from alongside_logbook.domain.progress import Progress
from alongside_logbook.domain.reckoning import Facts, progress_of
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.engine import judge_all
from alongside_logbook.domain.rules.judging_trainings import judge_trainings
from alongside_logbook.domain.rules.training_facts import TrainingFact
from alongside_logbook.rulebook import shipped
from logbook.unit.making import ERS, entry

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)


def held(kind: str, since: date = date(2020, 1, 1), **facts) -> Credential:
    return Credential(**{"credential_id": kind, "kind": kind, "valid_from": since, **facts})


def test_what_is_pursued_comes_first_then_what_is_held():
    credentials = (
        held("IMHS"),
        held("ERS"),
        held("IFRS"),
        held("IFS", standing="vetted"),
        held("ECFS", valid_until=date(2025, 1, 1)),
        held("IFA", date(2027, 1, 1)),
        held("IMHS", date(2018, 1, 1)),
    )
    goals = automatic("IMHM-C", date(2024, 5, 1), credentials, TODAY)
    assert [(goal.name, goal.since, goal.chosen) for goal in goals] == [
        ("apply/IMHM-C", date(2024, 5, 1), False),
        ("renew/IMHS", date(2018, 1, 1), False),
    ]
    assert automatic(None, None, (), TODAY) == ()


def test_the_last_word_about_a_goal_holds():
    ers, apply = Goal("ers", "IFS", chosen=True), Goal("apply", "ECFS", chosen=True)
    later = Goal("ers", "IFS", date(2026, 1, 1), chosen=True)
    steps = [(ers, "chosen"), (apply, "chosen"), (ers, "dropped"), (later, "chosen")]
    choices = [Choice(goal, act, "ann", AT) for goal, act in steps]
    assert standing(choices) == (apply, later)
    assert standing(choices[:3]) == (apply,)
    # What follows from the person stays what it is, though it was chosen before.
    following = (Goal("apply", "ECFS"),)
    assert together(following, standing(choices)) == (Goal("apply", "ECFS"), later)


@pytest.mark.parametrize("name", ["", "apply", "/IFS", "apply/", "a/b/c", f"apply/{'X' * 80}"])
def test_what_is_no_goal_is_refused(name):
    with pytest.raises(Invalid):
        named(name)


def progress(pack: str, entries=(), trainings=(), today: date = TODAY, ahead=()) -> Progress:
    rules = shipped().pack(f"alliance/{pack}")
    applicant = Applicant("ann", today, credentials=(held("IFS"),), trainings=tuple(trainings))
    named_ = [each.model_copy(update={"entry_id": str(at)}) for at, each in enumerate(entries)]
    facts = Facts(facts_of(named_), applicant)
    return progress_of(
        facts,
        judge_all(facts.entries, rules, {"pat": (ERS,)}, applicant),
        rules,
        training_verdicts=judge_trainings(applicant.trainings, rules, applicant),
        planned=ahead,
    )


def monthly(first: date, number: int, minutes: int = 120, **facts):
    return [entry(add_months(first, each), minutes, **facts) for each in range(number)]


def test_a_renewal_says_what_is_done_what_is_missing_and_by_when():
    taught = TrainingFact("t", 600, date(2025, 5, 1))
    entries = [*monthly(date(2024, 6, 10), 7), *monthly(date(2025, 1, 10), 14)]
    found = progress("renew/IFS", entries, [taught])
    assert found.goal == "renew/IFS"
    assert found.main is not None
    assert (found.main.counted, found.main.required) == (14 * 120, 36 * 60)
    assert found.not_counted == 7 * 120
    assert (found.due, found.span.opens) == (date(2027, 12, 31), date(2027, 10, 1))
    assert found.missing == (
        "8 h more by December 31, 2027: at one 2 h meeting a month that is 4 more meetings.",
    )
    assert found.trainings[0].counted == 600
    assert found.missing_trainings[0] == "35 h more of training by December 31, 2027."
    assert (found.appears_met, found.training_met, found.status) == (False, False, "on_track")
    assert found.forecast.on == date(2026, 6, 14)
    assert (found.forecast.basis, found.forecast.latest) == ("rhythm", date(2027, 12, 31))


def test_a_renewal_that_the_rhythm_does_not_reach_drifts():
    slow = monthly(date(2025, 10, 10), 5, 15)
    assert progress("renew/IFS", slow).status == "drifting"
    assert progress("renew/IFS", slow).forecast.basis == "not_in_sight"
    assert progress("renew/IFS").status == "not_started"


def test_where_only_trainings_are_asked_they_are_the_goal():
    enough = [TrainingFact(f"t{at}", 900, date(2025, 5, 1 + at)) for at in range(3)]
    none, some, met = (progress("renew/IFA", (), enough[:number]) for number in (0, 1, 3))
    assert [each.status for each in (none, some, met)] == [
        "not_started",
        "on_track",
        "appears_met",
    ]
    assert met.appears_met
    assert met.main is None
    assert some.percent == 33
    # To apply, hours are what the state is about; trainings are said beside it.
    assert progress("apply/IFA").status == "nothing_required"


def test_what_was_taken_back_is_nowhere():
    found = progress(
        "apply/IFS", [*monthly(date(2025, 9, 9), 3), entry(status="withdrawn", minutes=60)]
    )
    assert found.attended == 360
    assert sum(month.counted for month in found.months) == 360


def test_hours_in_time():
    ahead = [(add_months(date(2026, 3, 10), at), {"rsc": 120}) for at in range(6)]
    entries = [*monthly(date(2025, 6, 10), 8), entry(date(2026, 2, 10), status="recorded")]
    drawn = draw(progress("apply/IFS", entries, ahead=ahead))
    assert drawn is not None
    assert drawn.parts == ("counted", "pending", "planned")
    minutes = {column.name: column.minutes for column in drawn.columns}
    assert minutes["Jun 2025"] == {"counted": 120}
    assert minutes["Feb 2026"] == {"pending": 120}
    assert minutes["Mar 2026"] == {"planned": 120}
    days = {line.kind: line.day for line in drawn.lines}
    assert days["today"] == TODAY
    assert days["met"] == date(2026, 6, 10)
    assert [band.kind for band in drawn.bands] == ["window", "then"]
    assert all(0 <= column.x < 100 for column in drawn.columns)
    for column in drawn.columns:
        assert sum(height for _, _, height in column.bars) <= 80.01
    xs = [line.x for line in sorted(drawn.lines, key=lambda line: line.day)]
    assert xs == sorted(xs)


def test_a_cycle_is_drawn_whole_and_long_ago_is_left_out():
    drawn = draw(progress("renew/IFS", monthly(date(2025, 2, 10), 3)))
    assert drawn is not None
    assert [band.kind for band in drawn.bands] == ["cycle", "renewing"]
    assert (drawn.columns[0].name, drawn.columns[-1].name) == ("Jan 2025", "Dec 2027")
    old = draw(
        progress("apply/IFS", [*monthly(date(2010, 1, 10), 2), *monthly(date(2025, 9, 10), 5)])
    )
    assert old is not None
    assert len(old.columns) <= 48
    assert "today" in {line.kind for line in old.lines}
    assert draw(progress("apply/IFS")) is None
