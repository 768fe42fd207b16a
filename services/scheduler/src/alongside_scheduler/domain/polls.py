"""A poll for a time: what can be answered, and when it is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alongside.errors import Conflict

YES, IF_NEED_BE, NO = ANSWERS = ("yes", "if_need_be", "no")


class PollClosed(Conflict):
    """This poll is over."""

    code = "poll_closed"
    title = "Over"


class PollState(StrEnum):
    """Where a poll stands."""

    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Tally:
    """How one proposal fared."""

    yes: int = 0
    if_need_be: int = 0
    no: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts the better one first: fewest cannot, then most gladly."""
        return self.no, -self.yes


def state_of(
    closes_at: datetime, decided_at: datetime | None, withdrawn_at: datetime | None, now: datetime
) -> PollState:
    """Return where a poll stands at an instant."""
    if decided_at is not None:
        return PollState.DECIDED
    if withdrawn_at is not None:
        return PollState.WITHDRAWN
    return PollState.OPEN if now < closes_at else PollState.CLOSED


def tallies(answers: Iterable[Sequence[str]], proposals: int) -> list[Tally]:
    """Return how each proposal fared."""
    columns: list[list[str]] = [[] for _ in range(proposals)]
    for row in answers:
        for column, answer in zip(columns, row, strict=True):
            column.append(answer)
    return [Tally(each.count(YES), each.count(IF_NEED_BE), each.count(NO)) for each in columns]


def leading(found: Sequence[Tally]) -> int | None:
    """Return the number of the proposal that fares best; None while nobody answered."""
    if not any(each != Tally() for each in found):
        return None
    return min(range(len(found)), key=lambda number: (found[number].rank, number))
