"""Of whom rules are asked: what the engine must know of somebody besides their hours."""

from dataclasses import dataclass
from datetime import date

from alongside.contracts import Credential
from alongside_logbook.domain.rules.training_facts import TrainingFact


@dataclass(frozen=True, slots=True)
class Applicant:
    """The facts of a person that packs refer to, on a day."""

    person_id: str
    today: date
    application_day: date | None = None
    """The day of the application where one is planned; none: today."""
    pursuing_since: date | None = None
    """When the qualifying work began, where that is known."""
    credentials: tuple[Credential, ...] = ()
    """What they hold and held themselves: renewals ask when a category was earned."""
    gives_rsc: bool = False
    leads_series: frozenset[str] = frozenset()
    """Series they lead and were never in: no session of them is RSC that they receive."""
    trainings: tuple[TrainingFact, ...] = ()
    unchecked: frozenset[str] = frozenset()
    """Providers whose credentials are claimed, and nobody has looked them up yet."""

    @property
    def applies_on(self) -> date:
        """The day of the application."""
        return self.application_day or self.today
