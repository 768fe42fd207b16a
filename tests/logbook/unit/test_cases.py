"""The engine agrees with what was worked out by hand: every case of tests/logbook/cases."""

from collections.abc import Mapping
from typing import Any

import pytest

from alongside_logbook.domain.reckoning import Facts, progress_of
from alongside_logbook.domain.rules.cycle import period_due
from alongside_logbook.domain.rules.engine import judge_all, judge_trainings
from alongside_logbook.domain.rules.evaluating import evaluate
from alongside_logbook.domain.rules.evaluation import Evaluation, Tally
from alongside_logbook.domain.rules.hour import Verdict
from alongside_logbook.domain.rules.packs import Pack
from logbook.unit.casebook import Case, cases, minutes

pytestmark = pytest.mark.unit

CASES = list(cases())
AMOUNTS = {
    "rsc": "rsc",
    "about-rsc": "about-rsc",
    "individual": "individual",
    "training-hours": "training",
    "training-rsc": "training-rsc",
    "training-dei": "training-dei",
}


def test_there_are_enough_cases_and_each_has_a_name_of_its_own():
    assert len(CASES) >= 60
    assert len({case.name + case.pack for case in CASES}) == len(CASES)
    assert all(1 <= case.rule <= 25 and case.source for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_worked_case(case: Case):
    pack = case.rules()
    verdicts = judge_all(case.hours, pack, case.credentials, case.applicant)
    trainings = judge_trainings(case.applicant.trainings, pack, case.applicant)
    found = evaluate(case.hours, verdicts, trainings, pack, case.applicant)
    expect = dict(case.expect)
    for word, bucket in AMOUNTS.items():
        if word in expect:
            assert tally(found, bucket).counted == minutes(expect.pop(word)), word
    for bucket, said in expect.pop("pending", {}).items():
        assert tally(found, bucket).pending == minutes(said), f"{bucket} pending"
    for word, said in expect.pop("asked", {}).items():
        assert tally(found, AMOUNTS[word]).required == minutes(said), f"{word} asked"
    if "hours" in expect:
        assert met(found.rsc, all_met=found.rsc_met) == expect.pop("hours")
    if "training" in expect:
        assert met(found.training, all_met=found.training_met) == expect.pop("training")
    for day, said in expect.pop("entries", {}).items():
        each = {hour.entry_id for hour in case.hours if hour.held_on == day}
        assert each, f"nothing happened on {day}"
        for entry_id in each:
            look_at(verdicts[entry_id], pack, said)
    look_at_picture(case, pack, verdicts, expect)
    if "due" in expect:
        assert pack.cycle is not None
        period = period_due(pack.cycle, case.today)
        assert period.due == expect.pop("due")
        assert period.opens == expect.pop("opens", period.opens)
    assert not expect, f"nobody looked at {expect}"


def look_at_picture(
    case: Case, pack: Pack, verdicts: Mapping[str, Verdict], expect: dict[str, Any]
) -> None:
    """What is said about the whole: missing, noted, about to leave the window."""
    if not expect.keys() & {"missing", "notes", "ageing"}:
        return
    trainings = judge_trainings(case.applicant.trainings, pack, case.applicant)
    picture = progress_of(
        Facts(case.hours, case.applicant), verdicts, pack, training_verdicts=trainings
    )
    contains(expect.pop("missing", ()), picture.missing)
    if "notes" in expect:
        notes = expect.pop("notes")
        if notes == "nothing":
            assert not picture.warnings
        else:
            contains(notes, picture.warnings)
    if "ageing" in expect:
        ageing, leaving = picture.ageing, expect.pop("ageing")
        assert ageing is not None
        assert ageing.minutes == minutes(leaving["minutes"])
        assert ageing.first_leaves_on == leaving["leaves"]


def look_at(verdict: Verdict, pack: Pack, said: Mapping[str, Any]) -> None:
    if "minutes" in said:
        counts = verdict.buckets.get(pack.main.id, 0) if verdict.state != "not_counted" else 0
        assert counts == minutes(said["minutes"]), verdict.reason
    contains(said.get("because", ()), (verdict.reason,))
    warns = said.get("warns", ())
    if warns == "nothing":
        assert not verdict.warnings
    else:
        contains(warns, verdict.warnings)


def contains(words: tuple[str, ...], sentences: tuple[str, ...]) -> None:
    text = " ".join(sentences).lower()
    for word in words:
        assert str(word).lower() in text, f"{word!r} is not said: {sentences}"


def tally(found: Evaluation, bucket: str) -> Tally:
    return next(each for each in found.tallies if each.id == bucket)


def met(tallies: tuple[Tally, ...], *, all_met: bool) -> str:
    if not tallies:
        return "nothing asked"
    return "met" if all_met else "not met"
