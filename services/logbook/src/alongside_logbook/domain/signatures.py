"""Who stands behind an hour as it now is: read from its history, never kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alongside_logbook.domain.entry import Act, EntryVersion, Override


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's word for the facts as they now are."""

    person_id: str
    at: datetime
    version: int
    """The version of the entry by which they gave it."""
    act: Act


@dataclass(frozen=True, slots=True)
class Signatures:
    """The words that stand behind the newest version of an entry; none: that word is missing."""

    provider: Signature | None
    """Of whoever led the session, or recorded for them. Its act is `overridden` where a coordinator's
    word stands for the provider's."""
    supervisee: Signature | None
    override: Override | None
    """Why a coordinator stood in at any time: this stays, whoever signed later."""

    @property
    def complete(self) -> bool:
        """Whether two different people stand behind the hour."""
        return (
            self.provider is not None
            and self.supervisee is not None
            and self.provider.person_id != self.supervisee.person_id
        )


def signatures(history: Sequence[EntryVersion]) -> Signatures:
    """Return who stands behind the newest of an entry's versions, given all of them, oldest first.

    Whoever changes the facts signs them, and every earlier word is void; whoever returns an entry
    takes their own word back; what was withdrawn nobody stands behind. Raises `ValueError` for an
    empty history.
    """
    if not history:
        raise ValueError("There is no entry without a version.")
    provider: Signature | None = None
    supervisee: Signature | None = None
    earlier: EntryVersion | None = None
    for entry in history:
        if earlier is None or _facts(earlier) != _facts(entry) or entry.act == "withdrawn":
            provider = supervisee = None
        earlier = entry
        # Whoever brings a log of theirs in for a supervisee says it on that side.
        own = entry.actor_id == entry.supervisee_id or entry.act == "submitted"
        word = Signature(entry.actor_id, entry.at, entry.version, entry.act)
        if entry.act == "withdrawn":
            continue
        given = None if entry.act == "returned" else word
        if own:
            supervisee = given
        else:
            provider = given
        if entry.act in {"recorded", "corrected"} and not own:
            # Recorded anew, even with the same minutes: it is put before the supervisee again.
            supervisee = None
    return Signatures(provider=provider, supervisee=supervisee, override=history[-1].override)


def _facts(entry: EntryVersion) -> tuple[object, ...]:
    # Ages are not among them: whoever confirms may add them, and no minute changes by it.
    return (
        entry.provider_id,
        entry.started_at,
        entry.held_on,
        entry.presence,
        entry.minutes,
        entry.about_rsc_minutes,
        entry.other_minutes,
        entry.peer,
    )
