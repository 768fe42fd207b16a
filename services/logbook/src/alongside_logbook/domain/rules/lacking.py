"""What is missing, in sentences, and by when."""

from collections.abc import Iterable
from datetime import date

from alongside_logbook.domain.rules.evaluation import Evaluation, Tally
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

_ABOUT = {
    ("rsc", "received"): "",
    ("rsc", "about_rsc"): " about the RSC one gives",
    ("rsc", "individual"): " of individual sessions",
    ("rsc", "group"): " of group sessions",
    ("training", "all"): " of training",
    ("training", "core"): " of training in the field",
    ("training", "about_rsc"): " of training about giving RSC",
    ("training", "dei"): " of training on diversity, equity and inclusion",
    ("training", "reviewer"): " of work as a reviewer",
}


def missing_hours(found: Evaluation, pack: Pack, usual: int | None) -> tuple[str, ...]:
    """Say what is missing of the hours; `usual` is how long their meetings are, in minutes."""
    if found.rsc_met:
        return ()
    due = found.frame.due if found.frame else None
    said = list(_amounts(found.rsc, pack, usual, due))
    frame = found.frame
    if frame is not None and frame.long_enough_on is not None:
        said.append(
            f"The counted hours must span at least {frame.at_least} months: a counted meeting on or "
            f"after {say_day(frame.long_enough_on)} completes that."
        )
    return (*said, *found.lacking)


def missing_trainings(found: Evaluation, pack: Pack) -> tuple[str, ...]:
    """Say what is missing of the trainings."""
    if found.training_met:
        return ()
    due = found.frame.due if found.frame else None
    return tuple(_amounts(found.training, pack, None, due))


def _amounts(
    tallies: Iterable[Tally], pack: Pack, usual: int | None, due: date | None
) -> Iterable[str]:
    by = f" by {say_day(due)}" if due else ""
    for tally in tallies:
        if tally.enforcement != "refuse":
            continue
        about = _ABOUT[tally.kind, pack.requirement(tally.id).counts]
        if tally.missing:
            yield _more(tally.missing, about, by, usual)
        elif tally.counted < tally.required:
            waiting = duration(tally.required - tally.counted)
            yield f"Nothing more to attend{about}: {waiting} wait to be confirmed."


def _more(missing: int, about: str, by: str, usual: int | None) -> str:
    more = f"{duration(missing)} more{about}{by}"
    if not usual:
        return f"{more}."
    meetings = -(-missing // usual)
    if meetings == 1:
        return f"{more}: one more meeting of {duration(usual)}."
    return f"{more}: at one {duration(usual)} meeting a month that is {say_count(meetings, 'more meeting')}."
