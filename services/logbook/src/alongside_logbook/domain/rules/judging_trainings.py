"""What each training counts for under a pack, and why, or why not. Each stands alone."""

from collections.abc import Iterable

from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.hour import ReasonCode, Verdict
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.requirements import Requirement
from alongside_logbook.domain.rules.terms import Need, Terms, terms_of
from alongside_logbook.domain.rules.training_facts import TrainingFact
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration, listed

_TAGS = {"about_rsc": "about giving RSC", "dei": "DEI", "reviewer": "work as reviewer or advisor"}


def judge_trainings(
    trainings: Iterable[TrainingFact], pack: Pack | None, applicant: Applicant
) -> dict[str, Verdict]:
    """Say what each training counts for: once in the whole, and besides in each share it fits."""
    if pack is None:
        verdict = _not(
            "no_category",
            "Kept. No endorsement category is pursued yet, so nothing is counted toward one.",
        )
        return {training.training_id: _before(training) or verdict for training in trainings}
    terms = terms_of(pack, applicant)
    days = terms.days
    found: dict[str, Verdict] = {}
    for training in trainings:
        verdict = _before(training) or _judge(training, pack, terms)
        if verdict.state == "counted" and days and not days[0] <= training.held_on <= days[1]:
            verdict = _not(
                "outside_period",
                f"Not counted here. Only trainings from {say_day(days[0])} to {say_day(days[1])} "
                "count.",
            )
        found[training.training_id] = verdict
    return found


def _before(training: TrainingFact) -> Verdict | None:
    if training.status == "withdrawn":
        return _not("withdrawn", "Taken back: it counts for nothing.")
    if training.kind == "course":
        return _not("education", "Kept as evidence of education; it is no training in hours.")
    return None


def _judge(training: TrainingFact, pack: Pack, terms: Terms) -> Verdict:
    if not terms.training:
        asked = any(each.hours for each in pack.training_buckets)
        return _not(
            "nothing_required",
            "Kept. Nothing is asked of you here in this period."
            if asked
            else f"Kept. {pack.category} asks for no hours of training here.",
        )
    if training.kind == "reviewer" and not any(
        need.requirement.counts == "reviewer" for need in terms.training
    ):
        return _not(
            "reviewer_work", "Not counted. These rules name no work as reviewer or advisor."
        )
    if not training.minutes:
        return _not("no_credit", "Not counted. It has 0 minutes.")
    buckets = {
        need.requirement.id: training.minutes if _falls(need.requirement, training) else 0
        for need in terms.training
    }
    return Verdict(
        state="counted",
        code="counted",
        reason=f"Counts {duration(training.minutes)}.{_shares(terms.training, buckets)}",
        buckets=buckets,
    )


def _falls(requirement: Requirement, training: TrainingFact) -> bool:
    match requirement.counts:
        case "about_rsc":
            return training.about_rsc
        case "core":
            return not training.about_rsc
        case "dei":
            return training.dei
        case "reviewer":
            return training.kind == "reviewer"
        case _:
            return True


def _shares(needs: tuple[Need, ...], buckets: dict[str, int]) -> str:
    tags = [
        _TAGS[need.requirement.counts]
        for need in needs
        if need.requirement.counts in _TAGS and buckets[need.requirement.id]
    ]
    said = f" It counts as {listed(tags)}, too, and once in the whole." if tags else ""
    return said + "".join(
        f" Of {_TAGS.get(need.requirement.counts, need.requirement.label)} at most "
        f"{duration(need.limit)} count."
        for need in needs
        if need.limit is not None and buckets[need.requirement.id]
    )


def _not(code: ReasonCode, reason: str) -> Verdict:
    return Verdict(state="not_counted", code=code, reason=reason)
