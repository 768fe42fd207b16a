"""The competency areas that trainings are sorted by: short names only.

What the areas ask for is protected by copyright and stands in the associations' own guidelines.
"""

from dataclasses import dataclass
from typing import Literal

Area = Literal[
    "theoretical_foundations",
    "law_regulation_policy",
    "systems_expertise",
    "direct_service_skills",
    "working_with_others",
    "communicating",
    "thinking",
    "reflection",
    "leadership",
    "research",
]


@dataclass(frozen=True, slots=True)
class CompetencyArea:
    """One area, and whether only mentors are asked for it."""

    key: Area
    name: str
    mentors: bool = False


AREAS: tuple[CompetencyArea, ...] = (
    CompetencyArea("theoretical_foundations", "Theoretical Foundations"),
    CompetencyArea("law_regulation_policy", "Law, Regulation & Agency Policy"),
    CompetencyArea("systems_expertise", "Systems Expertise"),
    CompetencyArea("direct_service_skills", "Direct Service Skills"),
    CompetencyArea("working_with_others", "Working with Others"),
    CompetencyArea("communicating", "Communicating"),
    CompetencyArea("thinking", "Thinking"),
    CompetencyArea("reflection", "Reflection"),
    CompetencyArea("leadership", "Leadership & Administration", mentors=True),
    CompetencyArea("research", "Research", mentors=True),
)
"""In the order in which training logs list them."""

AREA_NAMES: dict[str, str] = {area.key: area.name for area in AREAS}

MENTORS = ("IMHM-C", "IMHM-P", "IMHM-RF", "ECMHM-C", "ECMHM-P", "ECMHM-RF")
"""Categories of mentors."""


def areas_for(pursuing: str | None) -> tuple[CompetencyArea, ...]:
    """Return the areas that somebody who pursues this category is asked for."""
    return tuple(area for area in AREAS if pursuing in MENTORS or not area.mentors)
