"""What rules look at in a training: whole minutes, days and flags; no title and no name."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

TrainingKind = Literal["training", "course", "reviewer"]
"""course: education evidence, such as a graduate certificate. reviewer: work as a reviewer or
advisor of applications, which some associations let count up to a limit."""

TrainingStatus = Literal["kept", "withdrawn"]


@dataclass(frozen=True, slots=True)
class TrainingFact:
    """One training, as the engine judges it."""

    training_id: str
    minutes: int
    held_on: date
    """Its last day."""
    about_rsc: bool = False
    """About giving RSC to others."""
    dei: bool = False
    """About diversity, equity and inclusion; by the person's own judgement."""
    kind: TrainingKind = "training"
    status: TrainingStatus = "kept"
