"""Seats of a group: who takes one on which day, and to whom a free one is offered first.

A seat is taken by a stay on the roster, or held by an open offer from the day on which whoever
accepts it would come. Days are wall dates in the group's zone, both ends inclusive. Everything
here is counted over all days ahead: a seat is free from a day on when it stays free.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from alongside.contracts import Member, SeriesState
from alongside.errors import Conflict
from alongside.zones import zone
from alongside_scheduler.domain.groups import GroupFull

OfferState = Literal["open", "accepted", "declined", "expired", "withdrawn"]

AHEAD = timedelta(days=28)
"""A seat is offered at most so long before it is free: until then much can change."""


class OnWaitlist(Conflict):
    """This person waits for a seat of this group already."""

    code = "on_waitlist"


class OfferOver(Conflict):
    """This offer is no longer open."""

    code = "offer_over"


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay on a roster; without a `left_on` it has no end."""

    person_id: str
    joined_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat that an open offer keeps for somebody from a day on."""

    person_id: str
    from_day: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits: `number` rises in the order of asking, `behind` is their need."""

    person_id: str
    number: int
    behind: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A seat to be offered to somebody, free from a day on."""

    waiting: Waiting
    from_day: date


def behind(required: int, counted: int, pending: int) -> Fraction | None:
    """Return which share of the goal is neither counted nor on its way; None without a goal."""
    if required <= 0:
        return None
    return Fraction(required - counted - pending, required)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return who waits, furthest behind their goal first.

    Where nothing is known of a goal somebody comes after those of whom it is, and among equals
    who has waited longer comes first.
    """
    return sorted(
        waiting,
        key=lambda each: (each.behind is None, -(each.behind or Fraction(0)), each.number),
    )


def peak(stays: Iterable[Stay], holds: Iterable[Hold], from_day: date) -> int:
    """Return the most seats that are taken on any one day from this day on."""
    stays, holds = list(stays), list(holds)
    begins = {from_day}
    begins.update(each.joined_on for each in stays if each.joined_on > from_day)
    begins.update(each.from_day for each in holds if each.from_day > from_day)
    return max(
        sum(
            each.joined_on <= day and (each.left_on is None or day <= each.left_on)
            for each in stays
        )
        + sum(each.from_day <= day for each in holds)
        for day in begins
    )


def free_from(
    limit: int | None, stays: Sequence[Stay], holds: Sequence[Hold], today: date
) -> date | None:
    """Return the first day from which one seat stays free; None while none will."""
    if limit is None:
        return today
    days = {today}
    days.update(
        each.left_on + timedelta(days=1)
        for each in stays
        if each.left_on is not None and each.left_on >= today
    )
    return next((day for day in sorted(days) if peak(stays, holds, day) < limit), None)


def offers_due(
    limit: int | None,
    stays: Sequence[Stay],
    holds: Sequence[Hold],
    waiting: Iterable[Waiting],
    today: date,
) -> list[Due]:
    """Return which seats are to be offered now, and to whom; each offer then holds its seat."""
    due: list[Due] = []
    kept = list(holds)
    for each in in_order(waiting):
        day = free_from(limit, stays, kept, today)
        if day is None or day > today + AHEAD:
            break
        due.append(Due(each, day))
        kept.append(Hold(each.person_id, day))
    return due


def over_by(limit: int | None, stays: Iterable[Stay], holds: Iterable[Hold], from_day: date) -> int:
    """Return by how many people a group is over its seats on its fullest day from a day on."""
    return 0 if limit is None else max(0, peak(stays, holds, from_day) - limit)


def check_seat(
    limit: int | None,
    policy: str,
    stays: Sequence[Stay],
    holds: Sequence[Hold],
    wanted: Stay,
) -> int:
    """Return by how many the group is over its seats with one more stay.

    Raises `GroupFull` where the group refuses that.
    """
    from_day = wanted.joined_on
    over = over_by(limit, [*stays, wanted], holds, from_day)
    if over and policy != "warn":
        raise GroupFull(_full(limit or 0, peak(stays, holds, from_day), len(holds)))
    return over


def members_of(series: SeriesState, stays: Iterable[Stay], today: date) -> tuple[Member, ...]:
    """Return the members of a new series as a roster has them: who comes later begins later.

    Who is here today takes part from the first session on; whose stay touches no session, in none.
    """
    at = zone(series.zone)
    days = [each.starts_at.astimezone(at).date() for each in series.occurrences]
    first, last = min(days), max(days)
    here = min(first, today)
    return tuple(
        Member(
            person_id=each.person_id,
            joined_on=here if each.joined_on <= today else each.joined_on,
            left_on=each.left_on,
        )
        for each in stays
        if (each.joined_on <= today or each.joined_on <= last)
        and (each.left_on is None or each.left_on >= first)
    )


def settled(state: str, to: OfferState) -> OfferState:
    """Return the next state of an offer; only an open one has a next."""
    if state != "open":
        raise OfferOver(_OVER.get(state, ""))
    return to


_OVER = {
    "accepted": "This seat has been taken already.",
    "declined": "This offer was declined; the seat was offered to the next person.",
    "expired": "This offer has run out; the seat was offered to the next person.",
    "withdrawn": "This offer was taken back by who leads the group.",
}


def _full(limit: int, taken: int, held: int) -> str:
    seats = "1 seat" if limit == 1 else f"{limit} seats"
    kept = f" ({held} of them kept for an open offer)" if held else ""
    return f"This group has {seats}, and {taken} {'is' if taken == 1 else 'are'} taken{kept}."
