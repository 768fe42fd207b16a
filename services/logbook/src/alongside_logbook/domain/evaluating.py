"""Where somebody stands under one pack: frame, amounts, spread, shares. Order changes nothing."""

from collections.abc import Iterable, Mapping

from alongside_logbook.domain.applicant import Applicant
from alongside_logbook.domain.engine import Hour, Verdict
from alongside_logbook.domain.evaluation import Evaluation
from alongside_logbook.domain.packs import Pack


def evaluate(
    hours: Iterable[Hour],
    verdicts: Mapping[str, Verdict],
    training_verdicts: Mapping[str, Verdict],
    pack: Pack,
    applicant: Applicant,
) -> Evaluation:
    """Add up what the verdicts say, within the best window or the period that is due.

    `verdicts` are those of `engine.judge_all` and `training_verdicts` those of
    `engine.judge_trainings` (of `applicant.trainings`), for the same pack and applicant.
    """
    raise NotImplementedError
