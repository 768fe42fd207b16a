"""What became of a mail that came in."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome, with the reason in one sentence."""

    outcome: Literal["taken", "unchanged", "refused", "seen", "bounced"]
    reason: str
    person_id: str | None = None
    series_id: str | None = None
