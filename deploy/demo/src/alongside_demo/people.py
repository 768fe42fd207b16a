"""The cast: plainly invented people, and how each of them is with time and with paper."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from alongside.contracts import Category, CredentialKind, CredentialStanding, Role
from alongside_demo.days import add_months

CENTRAL = "America/Chicago"
EASTERN = "America/New_York"
MOUNTAIN = "America/Denver"

Confirms = Literal["same day", "monthly", "behind"]
"""When somebody looks at what was recorded. `behind`: not for a good while now."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a provider holds."""

    kind: CredentialKind
    valid_from: date
    valid_until: date | None = None
    standing: CredentialStanding = "endorsed"
    registry_number: str | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """How often somebody misses, comes late or leaves early, and when they confirm."""

    misses: float = 0.06
    late: float = 0.07
    leaves_early: float = 0.04
    confirms: Confirms = "monthly"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the association. `key` is how the plan calls them; nobody else sees it."""

    key: str
    name: str
    email: str
    zone: str
    roles: tuple[Role, ...] = ("supervisee",)
    pursuing: Category | None = None
    working_months: int = 0
    """For how many months before joining they had done the work that qualifies."""
    credentials: tuple[Credential, ...] = ()
    habits: Habits = Habits()


@dataclass(frozen=True, slots=True)
class Founder:
    """The coordinator and the association: the demo's own, or as asked for."""

    name: str = "Maren Oakfield"
    email: str = "maren.oakfield@wrenfield.example"
    zone: str = CENTRAL
    association: str = "Wrenfield Association for Infant Mental Health"


COORDINATOR = "coordinator"
RUTH, DOLORES, TOBIAS = "ruth", "dolores", "tobias"


def coordinator(founder: Founder) -> Person:
    """Return the coordinator as a person."""
    return Person(COORDINATOR, founder.name, founder.email, founder.zone, ("coordinator",))


def providers(today: date, emerging_since: date) -> tuple[Person, ...]:
    """Return the three providers: an ERS, a Mentor, and an emerging ERS whose two years soon end."""
    two_years_later = add_months(emerging_since, 24) - timedelta(days=1)
    return (
        Person(
            RUTH, "Ruth Aldergrove", "ruth.aldergrove@wrenfield.example", CENTRAL, ("supervisor",),
            credentials=(
                Credential("IMHS", add_months(today, -86), registry_number="WR-0117"),
                Credential("ERS", add_months(today, -37), registry_number="WR-0117-S"),
            ),
        ),
        Person(
            DOLORES, "Dolores Quillfeather", "dolores@lanternpractice.example", EASTERN, ("supervisor",),
            credentials=(
                Credential("IMHM-C", add_months(today, -104), registry_number="WR-0042"),
            ),
        ),
        Person(
            TOBIAS, "Tobias Fenwick", "tobias.fenwick@cedarhome.example", MOUNTAIN, ("supervisor",),
            credentials=(
                Credential("IFS", add_months(today, -61), registry_number="WR-0203"),
                Credential("ERS", emerging_since, two_years_later, "emerging", "WR-0203-E"),
            ),
        ),
    )  # fmt: skip


_STEADY = Habits(misses=0.02, late=0.04, leaves_early=0.02, confirms="same day")
_PROMPT = Habits(misses=0.02, late=0.04, leaves_early=0.02)
_EAGER = Habits(misses=0)
_BUSY = Habits(misses=0.1, late=0.14, leaves_early=0.07)
_BEHIND = Habits(misses=0.05, confirms="behind")


def supervisees() -> tuple[Person, ...]:
    """Return the 24 who are here, and the one who left."""
    return (
        # Marigold Circle
        _one("Hazel Thornbury", "littleacorns", CENTRAL, "IFS", 5, _STEADY),
        _one("Imani Brightwater", "littleacorns", CENTRAL, "IFS", 2, _BEHIND),
        _one("Callum Reedsworth", "wrenfield", CENTRAL, "ECFS", 3),
        _one("Petra Lindqvale", "harborfamilies", CENTRAL, "IFS", 1),
        _one("Oren Castlebury", "harborfamilies", CENTRAL, "ECFS", 6, _BUSY),
        _one("Winnie Applegarth", "littleacorns", CENTRAL, "IFS", 0, _EAGER),
        _one("Jonah Pellworth", "wrenfield", CENTRAL, "IFS", 4, _BUSY),
        # Lantern Group
        _one("Sabine Okonlund", "lanternpractice", EASTERN, "IMHS", 8, _STEADY),
        _one("Theo Marchvale", "harborfamilies", EASTERN, "IMHS", 4),
        _one("Leila Farrowgate", "lanternpractice", EASTERN, "ECMHS", 2),
        _one("Ansel Brandywell", "brightsteps", CENTRAL, "ECMHS", 3, _BUSY),
        _one("Greta Hollowfinch", "lanternpractice", EASTERN, "IMHM-C", 12, _STEADY),
        _one("Dario Penhallow", "brightsteps", EASTERN, "IMHS", 1, _BEHIND),
        # Juniper Table
        _one("Miriam Vasquell", "cedarhome", MOUNTAIN, "IFS", 3),
        _one("Tilda Rowanoak", "cedarhome", MOUNTAIN, None),
        _one("Felix Underbridge", "cedarhome", MOUNTAIN, "ECFS", 2, _STEADY),
        _one("Saoirse Millward", "brightsteps", MOUNTAIN, "ECFS", 2, _BUSY),
        _one("Elowen Pikesley", "brightsteps", MOUNTAIN, "ECFS"),
        # Riverbend Mornings
        _one("Bram Eastlake", "cedarhome", MOUNTAIN, "IFS", 4),
        _one("Delphine Ashgrove", "brightsteps", CENTRAL, "ECFS", 2, _STEADY),
        _one("Kofi Larkspur", "littleacorns", CENTRAL, "IFS", 1),
        _one("Marguerite Stillwater", "wrenfield", CENTRAL, "IFS", 7),
        _one("Rafael Windhame", "brightsteps", EASTERN, "ECFS", 3, _BUSY),
        _one("Yuki Fernhollow", "littleacorns", CENTRAL, "IFS"),
        # Weekly, one to one
        _one("Noor Castellane", "lanternpractice", EASTERN, "IMHS", 5, _PROMPT),
    )


LEFT = "jonah"
"""The one who left the association."""


def _one(
    name: str,
    agency: str,
    zone: str,
    pursuing: Category | None,
    working_months: int = 0,
    habits: Habits = Habits(),
) -> Person:
    first, last = name.lower().split()
    return Person(
        key=first,
        name=name,
        email=f"{first}.{last}@{agency}.example",
        zone=zone,
        pursuing=pursuing,
        working_months=working_months,
        habits=habits,
    )
