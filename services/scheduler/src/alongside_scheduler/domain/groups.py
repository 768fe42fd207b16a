"""Groups: who meets, with whom, where, and how many may come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from alongside.contracts import GroupKind
from alongside.errors import Conflict
from alongside.zones import zone as checked_zone
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.series import LONGEST_PLACE, LONGEST_TITLE, check_parts
from alongside_scheduler.domain.words import checked_link, checked_text

KINDS: tuple[GroupKind, ...] = get_args(GroupKind)
MOST_SEATS = 100

SeatPolicy = Literal["refuse", "warn"]
"""What a full group does with one more: refuse, or take them and say so."""

POLICIES: tuple[SeatPolicy, ...] = get_args(SeatPolicy)

DEFAULT_OFFER_HOURS = 72
LONGEST_OFFER_HOURS = 30 * 24


class GroupFull(Conflict):
    """Every seat of this group is taken."""

    code = "group_full"


class OnRoster(Conflict):
    """This person is on the roster already."""

    code = "on_roster"


@dataclass(frozen=True)
class GroupFacts:
    """What is known about a group, checked."""

    name: str
    kind: GroupKind
    zone: str
    place: str | None
    link: str | None
    seat_limit: int | None
    provider_id: str
    co_provider_id: str | None
    show_roster: bool
    seat_policy: SeatPolicy = "refuse"
    offer_hours: int = DEFAULT_OFFER_HOURS
    takes_asks: bool = False


def group_facts(
    *,
    name: str,
    kind: str,
    zone: str,
    place: str | None,
    link: str | None,
    seat_limit: int | None,
    provider_id: str,
    co_provider_id: str | None,
    show_roster: bool = False,
    seat_policy: str = "refuse",
    offer_hours: int = DEFAULT_OFFER_HOURS,
    takes_asks: bool = False,
    roster: Iterable[str] = (),
    taken: int = 0,
) -> GroupFacts:
    """Check what was typed about a group; raise one `Invalid` that names every fault.

    `taken` is how many seats are in use or kept on the fullest day ahead.
    """
    problems = Problems()
    members = tuple(roster)
    with problems.noting():
        name = checked_text("name", name, LONGEST_TITLE)
    with problems.noting():
        checked_zone(zone)
    with problems.noting():
        place = checked_text("place", place or "", LONGEST_PLACE, required=False) or None
    with problems.noting():
        link = checked_link("link", link)
    if kind not in KINDS:
        problems.add("kind", f"Choose one of: {', '.join(KINDS)}.")
    if seat_limit is not None and not 1 <= seat_limit <= MOST_SEATS:
        problems.add("seat_limit", f"A group has 1 to {MOST_SEATS} seats.")
    elif seat_limit is not None and seat_limit < taken and seat_policy != "warn":
        problems.add(
            "seat_limit", f"{taken} seats are taken, or kept for whom they were offered to."
        )
    if seat_policy not in POLICIES:
        problems.add("seat_policy", f"Choose one of: {', '.join(POLICIES)}.")
    if not 1 <= offer_hours <= LONGEST_OFFER_HOURS:
        problems.add("offer_hours", f"An offer is open for 1 to {LONGEST_OFFER_HOURS} hours.")
    if not provider_id:
        problems.add("provider_id", "Choose who leads this group.")
    with problems.noting():
        check_parts(provider_id, (co_provider_id,) if co_provider_id else (), members)
    problems.raise_any()
    return GroupFacts(
        name=name,
        kind="individual" if kind == "individual" else "group",
        zone=zone,
        place=place,
        link=link,
        seat_limit=1 if kind == "individual" and seat_limit is None else seat_limit,
        provider_id=provider_id,
        co_provider_id=co_provider_id or None,
        show_roster=show_roster,
        seat_policy="warn" if seat_policy == "warn" else "refuse",
        offer_hours=offer_hours,
        takes_asks=takes_asks,
    )
