"""One navigation across the three services, by role."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alongside.contracts import Role


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place to go. Without roles it is for everybody who is signed in."""

    label: str
    href: str
    icon: str
    roles: frozenset[Role] = frozenset()
    section: str | None = None
    count: int = 0


_SUPERVISORS: frozenset[Role] = frozenset({"supervisor"})
_COORDINATORS: frozenset[Role] = frozenset({"coordinator"})

NAVIGATION: tuple[NavItem, ...] = (
    NavItem("Home", "/", "today"),
    NavItem("Schedule", "/schedule", "calendar"),
    NavItem("Attendance", "/attendance", "attendance", _SUPERVISORS),
    NavItem("My hours", "/hours", "hours", frozenset({"supervisee", "supervisor"})),
    NavItem("Book a session", "/book", "plus", frozenset({"supervisee"})),
    NavItem("Groups", "/groups", "groups"),
    NavItem("Availability", "/availability", "clock", _SUPERVISORS),
    NavItem("Visits", "/visits", "place", _SUPERVISORS | _COORDINATORS),
    NavItem("Calendar apps", "/calendar", "link"),
    NavItem("Messages", "/messages", "messages"),
    NavItem("People", "/people", "people", _COORDINATORS, section="Association"),
    NavItem("On track", "/cohort", "cohort", _COORDINATORS),
    NavItem("Association", "/association", "seedling", _COORDINATORS),
)


def navigation_for(
    roles: Collection[Role], counts: Mapping[str, int] | None = None
) -> list[NavItem]:
    """Return the places for these roles, with a number beside those where something waits."""
    counts = counts or {}
    return [
        replace(item, count=counts.get(item.href, 0))
        for item in NAVIGATION
        if not item.roles or item.roles.intersection(roles)
    ]
