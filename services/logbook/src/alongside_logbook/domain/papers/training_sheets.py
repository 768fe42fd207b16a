"""What documents say about trainings: by competency area, and each of them."""

from collections.abc import Sequence

from alongside_logbook.domain.areas import AREA_NAMES, AREAS
from alongside_logbook.domain.papers.sheet import Cell, Column, Sheet
from alongside_logbook.domain.training import KINDS, TrainingVersion
from alongside_logbook.domain.words import counted as say_count


def by_area(trainings: Sequence[TrainingVersion]) -> Sheet:
    """Return how many trainings and hours each area has. A training of several areas is in each."""
    rows: list[tuple[Cell, ...]] = []
    for area in AREAS:
        mine = [each for each in trainings if area.key in each.areas]
        if mine:
            rows.append((area.name, len(mine), sum(each.minutes for each in mine)))
    none = [each for each in trainings if not each.areas]
    if none:
        rows.append(("No area named", len(none), sum(each.minutes for each in none)))
    return Sheet(
        title="By competency area",
        lead="A training that covers several areas is in each of them, so these do not add up to "
        "the total below.",
        columns=(
            Column(name="Area", width=3),
            Column(name="Trainings", kind="number"),
            Column(name="Hours", kind="hours"),
        ),
        rows=tuple(rows),
        empty="No trainings in this period.",
    )


def each_of(trainings: Sequence[TrainingVersion]) -> Sheet:
    """Return a line for each training, oldest first."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            training.title,
            training.trainer,
            training.sponsor,
            training.first_day.isoformat(),
            training.last_day.isoformat(),
            training.minutes,
            ", ".join(AREA_NAMES[area] for area in training.areas),
            "; ".join(_marks(training)),
        )
        for training in sorted(trainings, key=lambda each: (each.last_day, each.training_id))
    )
    return Sheet(
        title="Every training",
        columns=(
            Column(name="Title", width=2.4),
            Column(name="Trainer", width=1.4),
            Column(name="Sponsor", width=1.4),
            Column(name="From", kind="day"),
            Column(name="To", kind="day"),
            Column(name="Hours", kind="hours", width=0.7),
            Column(name="Areas", width=2),
            Column(name="Marks", width=1.5),
        ),
        rows=rows,
        total=("Total", "", "", "", "", sum(each.minutes for each in trainings), "", "")
        if rows
        else None,
        empty="No trainings in this period.",
    )


def _marks(training: TrainingVersion) -> list[str]:
    marks = [] if training.kind == "training" else [KINDS[training.kind].lower()]
    if training.award:
        marks.append(training.award)
    if training.credits:
        marks.append(training.credits)
    if training.about_rsc:
        marks.append("about giving RSC")
    if training.dei:
        marks.append("DEI")
    if training.certificates:
        marks.append(f"{say_count(len(training.certificates), 'certificate')} kept")
    return marks
