"""An hour entry as it is after a step of its life, and the text of it that the chain seals.

The steps themselves are in `steps`, `attended`, `outside` and `override`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.contracts import EntryState, GroupKind
from alongside.contracts.hours import EntryOrigin
from alongside.contracts.hours import EntryStatus as SaidStatus
from alongside.db.types import json_text
from alongside_logbook.domain import attendance
from alongside_logbook.domain.attendance import CorrectionReason, Presence
from alongside_logbook.domain.chain import seal
from alongside_logbook.domain.rules.engine import Hour

Act = Literal[
    "recorded",
    "corrected",
    "confirmed",
    "returned",
    "submitted",
    "overridden",
    "withdrawn",
]
"""submitted: the supervisee said it first, and the provider is awaited. overridden: a coordinator
stands in for a provider who cannot be reached. withdrawn: taken back; it counts for nothing."""

Mode = attendance.Mode
Ages = attendance.Ages

Override = Literal["unreachable", "refuses", "left", "died"]
"""Why a coordinator stands in for the provider."""

OUTSIDE = "outside"
"""The occurrence key of an entry that belongs to no session planned here; its series is itself."""

EntryStatus = Literal["recorded", "confirmed", "returned", "withdrawn"]


class EntryVersion(BaseModel):
    """An entry as it was after one step. This, as canonical JSON, is what the chain seals."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    version: int
    supervisee_id: str
    provider_id: str
    series_id: str
    occurrence_key: str
    title: str
    kind: GroupKind
    started_at: AwareDatetime
    zone: str
    held_on: date
    """The day of the session in its own zone."""
    scheduled_minutes: int
    head_count: int
    """How many were there: those with more than 0 minutes, when it was recorded."""
    presence: Presence
    minutes: int
    about_rsc_minutes: int
    """Of these, about the RSC that the supervisee gives to others."""
    other_minutes: int = 0
    """Of these, administrative or clinical and not reflective: they qualify for nothing."""
    mode: Mode | None = None
    ages: tuple[Ages, ...] = ()
    """Empty: nobody said."""
    peer: bool = False
    """Peers among themselves, with no designated provider."""
    origin: EntryOrigin = "session"
    batch_id: str | None = None
    """The import, or the request to vouch, that it came with."""
    override: Override | None = None
    """Stays in every later version: a coordinator's word stands for the provider's."""
    override_note: str | None = None
    """The coordinator's words on the evidence. They stay in the logbook."""
    status: EntryStatus
    awaits: str | None
    act: Act
    actor_id: str
    at: AwareDatetime
    correction: CorrectionReason | None = None
    returned_because: str | None = None
    """The words of whoever returned it. They stay in the logbook: no event carries them."""

    def state(self) -> EntryState:
        """Return what other services may know."""
        facts = self.model_dump(include=set(EntryState.model_fields))
        if self.occurrence_key == OUTSIDE:
            facts |= {"series_id": None, "occurrence_key": None}
        status: SaidStatus = "recorded" if self.status == "withdrawn" else self.status
        return EntryState.model_validate({**facts, "status": status})

    def hour(self) -> Hour:
        """Return what rules look at."""
        return Hour(
            entry_id=self.entry_id,
            supervisee_id=self.supervisee_id,
            provider_id=self.provider_id,
            held_on=self.held_on,
            minutes=self.minutes,
            about_rsc_minutes=self.about_rsc_minutes,
            status=self.status,
            head_count=self.head_count,
            scheduled_minutes=self.scheduled_minutes,
            other_minutes=self.other_minutes,
            kind=self.kind,
            ages=self.ages,
            peer=self.peer,
            series_id=self.series_id,
            override=self.override is not None,
            awaits=self.awaits,
        )


class Sitting(BaseModel):
    """The session an entry is about, as the logbook knows it when attendance is recorded."""

    model_config = ConfigDict(frozen=True)

    series_id: str
    occurrence_key: str
    title: str
    kind: GroupKind
    provider_id: str
    starts_at: AwareDatetime
    zone: str
    held_on: date
    scheduled_minutes: int
    mode: Mode | None = None
    """Null: nobody said."""


def canonical(entry: EntryVersion, position: int) -> str:
    """Return the text that the chain seals: sorted keys, no spaces, the place in the history named."""
    return json_text({**entry.model_dump(mode="json"), "position": position})


def sealed(entry: EntryVersion, position: int, prev_hash: str) -> tuple[str, str]:
    """Return a version's canonical text and its hash after another's."""
    body = canonical(entry, position)
    return body, seal(prev_hash, body)
