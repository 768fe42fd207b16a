"""The life of an hour entry: recorded, then confirmed or returned; every step a new version.

Nothing is edited in place. After confirmation a change is a version that awaits confirmation again.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.contracts import EntryState, GroupKind
from alongside.contracts.hours import EntryOrigin
from alongside.contracts.hours import EntryStatus as SaidStatus
from alongside.db.types import json_text
from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.attendance import CorrectionReason, Mark, Presence
from alongside_logbook.domain.chain import seal
from alongside_logbook.domain.engine import Hour

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

Mode = Literal["in_person", "virtual"]
Ages = Literal["0-3", "3-6"]
"""Whom the work that was talked about concerned: before birth to 36 months, or 3 up to 6 years."""

Override = Literal["unreachable", "refuses", "left", "died"]
"""Why a coordinator stands in for the provider."""

OUTSIDE = "outside"
"""The occurrence key of an entry that belongs to no session planned here; its series is itself."""

EntryStatus = Literal["recorded", "confirmed", "returned", "withdrawn"]

_LONGEST_REASON = 500


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
    """The supervisee's words. They stay in the logbook: no event carries them."""

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


def record(
    entry_id: str,
    sitting: Sitting,
    mark: Mark,
    head_count: int,
    *,
    actor_id: str,
    now: AwareDatetime,
) -> EntryVersion:
    """Return the first version of an entry: it awaits the supervisee."""
    return EntryVersion(
        entry_id=entry_id,
        version=1,
        supervisee_id=mark.person_id,
        provider_id=sitting.provider_id,
        series_id=sitting.series_id,
        occurrence_key=sitting.occurrence_key,
        title=sitting.title,
        kind=sitting.kind,
        started_at=sitting.starts_at,
        zone=sitting.zone,
        held_on=sitting.held_on,
        scheduled_minutes=sitting.scheduled_minutes,
        head_count=head_count,
        presence=mark.presence,
        minutes=mark.minutes,
        about_rsc_minutes=mark.about_rsc_minutes,
        status="recorded",
        awaits=mark.person_id,
        act="recorded",
        actor_id=actor_id,
        at=now,
    )


def correct(
    entry: EntryVersion,
    sitting: Sitting,
    mark: Mark,
    head_count: int,
    *,
    actor_id: str,
    now: AwareDatetime,
    reason: CorrectionReason | None,
) -> EntryVersion | None:
    """Return the next version after the provider looked again, or none if nothing is different.

    A returned entry goes back to the supervisee even when the minutes stay, if the reason says so.
    """
    facts = {
        "provider_id": sitting.provider_id,
        "started_at": sitting.starts_at,
        "held_on": sitting.held_on,
        "scheduled_minutes": sitting.scheduled_minutes,
        "presence": mark.presence,
        "minutes": mark.minutes,
        "about_rsc_minutes": mark.about_rsc_minutes,
    }
    same = all(getattr(entry, name) == value for name, value in facts.items())
    if same and (entry.status != "returned" or reason is None):
        return None
    if reason is None:
        raise Invalid(
            "This was recorded before. Say why it changes; the earlier version is kept.",
            field="reason_code",
        )
    if not same and reason == "stands":
        raise Invalid(
            "It cannot be right as it was and change at the same time. Choose another reason.",
            field="reason_code",
        )
    return entry.model_copy(
        update={
            **facts,
            "version": entry.version + 1,
            "head_count": head_count,
            "status": "recorded",
            "awaits": entry.supervisee_id,
            "act": "corrected",
            "actor_id": actor_id,
            "at": now,
            "correction": reason,
            "returned_because": None,
        }
    )


def confirm(
    entry: EntryVersion, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion | None:
    """Return the version the supervisee stands behind, or none if they did so before."""
    _own(entry, actor_id)
    _unchanged(entry, seen)
    if entry.status == "confirmed":
        return None
    if entry.status == "returned":
        raise Conflict("You returned this one; the provider has to look at it first.")
    return entry.model_copy(
        update={
            "version": entry.version + 1,
            "status": "confirmed",
            "awaits": None,
            "act": "confirmed",
            "actor_id": actor_id,
            "at": now,
            "correction": None,
        }
    )


def send_back(
    entry: EntryVersion, reason: str, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion | None:
    """Return the version the supervisee disagrees with, or none if they had said just that."""
    _own(entry, actor_id)
    _unchanged(entry, seen)
    words = " ".join(reason.split())
    if not words:
        raise Invalid("Say in a few words what is not right.", field="reason")
    if len(words) > _LONGEST_REASON:
        raise Invalid(f"Please use at most {_LONGEST_REASON} characters.", field="reason")
    if entry.status == "returned" and entry.returned_because == words:
        return None
    if entry.status != "recorded":
        raise Conflict(
            "You confirmed this one before. Ask the provider to correct it; you will be asked again."
            if entry.status == "confirmed"
            else "You returned this one before; the provider has to look at it first."
        )
    return entry.model_copy(
        update={
            "version": entry.version + 1,
            "status": "returned",
            "awaits": entry.provider_id,
            "act": "returned",
            "actor_id": actor_id,
            "at": now,
            "correction": None,
            "returned_because": words,
        }
    )


def canonical(entry: EntryVersion, position: int) -> str:
    """Return the text that the chain seals: sorted keys, no spaces, the place in the history named."""
    return json_text({**entry.model_dump(mode="json"), "position": position})


def sealed(entry: EntryVersion, position: int, prev_hash: str) -> tuple[str, str]:
    """Return a version's canonical text and its hash after another's."""
    body = canonical(entry, position)
    return body, seal(prev_hash, body)


def _own(entry: EntryVersion, actor_id: str) -> None:
    if entry.supervisee_id != actor_id:
        raise Forbidden("Only the person whose hours these are can confirm or return them.")


def _unchanged(entry: EntryVersion, seen: int | None) -> None:
    if seen is not None and seen != entry.version:
        raise Conflict("This entry changed since you looked at it. Please look again.")
