"""The life of an hour entry: recorded, then confirmed or returned; every step a new version.

Nothing is edited in place. After confirmation a change is a version that awaits confirmation again.
"""

from collections.abc import Mapping

from pydantic import AwareDatetime

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.attendance import CorrectionReason, Mark
from alongside_logbook.domain.entry import Act, Ages, EntryStatus, EntryVersion, Sitting

_LONGEST_REASON = 500


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
        other_minutes=mark.other_minutes,
        mode=sitting.mode,
        ages=mark.ages or (),
        status="recorded",
        awaits=mark.person_id,
        act="recorded",
        actor_id=actor_id,
        at=now,
    )


def facts_of(sitting: Sitting, mark: Mark) -> dict[str, object]:
    """Return what is said about somebody's attendance; what nobody said now is left out."""
    facts: dict[str, object] = {
        "provider_id": sitting.provider_id,
        "started_at": sitting.starts_at,
        "held_on": sitting.held_on,
        "scheduled_minutes": sitting.scheduled_minutes,
        "presence": mark.presence,
        "minutes": mark.minutes,
        "about_rsc_minutes": mark.about_rsc_minutes,
        "other_minutes": mark.other_minutes,
    }
    if sitting.mode is not None:
        facts["mode"] = sitting.mode
    if mark.ages is not None:
        facts["ages"] = mark.ages
    return facts


def says(entry: EntryVersion, facts: Mapping[str, object]) -> bool:
    """Tell whether an entry says just this."""
    return all(getattr(entry, name) == value for name, value in facts.items())


def only_said(entry: EntryVersion) -> bool:
    """Tell whether only the supervisee spoke for an entry so far, or the provider handed it back."""
    return entry.act == "submitted" or (
        entry.status == "returned" and entry.awaits == entry.supervisee_id
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
    Where the supervisee had spoken first and the provider says the same, both stand behind it now.
    """
    facts = facts_of(sitting, mark)
    same = says(entry, facts)
    first = only_said(entry)
    if same and first:
        return agree(entry, actor_id=actor_id, now=now, head_count=head_count)
    fresh = first or entry.status == "withdrawn"
    if not fresh:
        if same and (entry.status != "returned" or reason is None):
            return None
        _must_say_why(reason, same=same)
    return step(
        entry,
        {**facts, "head_count": head_count},
        status="recorded",
        awaits=entry.supervisee_id,
        act="corrected",
        actor_id=actor_id,
        now=now,
        correction=None if fresh else reason,
    )


def agree(
    entry: EntryVersion, *, actor_id: str, now: AwareDatetime, head_count: int | None = None
) -> EntryVersion:
    """Return the version that both stand behind, after whoever led the session says the same."""
    if actor_id == entry.supervisee_id:
        raise Forbidden("Two people stand behind an hour: somebody else has to confirm yours.")
    return step(
        entry,
        {} if head_count is None else {"head_count": head_count},
        status="confirmed",
        awaits=None,
        act="confirmed",
        actor_id=actor_id,
        now=now,
    )


def step(
    entry: EntryVersion,
    facts: Mapping[str, object],
    *,
    status: EntryStatus,
    awaits: str | None,
    act: Act,
    actor_id: str,
    now: AwareDatetime,
    correction: CorrectionReason | None = None,
    returned_because: str | None = None,
) -> EntryVersion:
    """Return the version of an entry that follows this one."""
    return entry.model_copy(
        update={
            **facts,
            "version": entry.version + 1,
            "status": status,
            "awaits": awaits,
            "act": act,
            "actor_id": actor_id,
            "at": now,
            "correction": correction,
            "returned_because": returned_because,
        }
    )


def confirm(
    entry: EntryVersion,
    *,
    actor_id: str,
    now: AwareDatetime,
    seen: int | None,
    ages: tuple[Ages, ...] | None = None,
) -> EntryVersion | None:
    """Return the version the supervisee stands behind, or none if they did so before.

    They may say whom the work concerned, where nobody had.
    """
    _own(entry, actor_id)
    unchanged(entry, seen)
    if entry.status == "confirmed":
        return None
    _waits_for_supervisee(entry)
    said = tuple(sorted(set(ages or ())))
    if said and entry.ages and said != entry.ages:
        raise Invalid("Whom this was about was said before. Return it if that is wrong.")
    return step(
        entry,
        {"ages": said or entry.ages},
        status="confirmed",
        awaits=None,
        act="confirmed",
        actor_id=actor_id,
        now=now,
    )


def send_back(
    entry: EntryVersion, reason: str, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion | None:
    """Return the version the supervisee disagrees with, or none if they had said just that."""
    _own(entry, actor_id)
    unchanged(entry, seen)
    words = in_words(reason)
    if entry.status == "returned" and entry.returned_because == words:
        return None
    if entry.status == "confirmed":
        raise Conflict(
            "You confirmed this one before. Ask the provider to correct it; you will be asked again."
        )
    _waits_for_supervisee(entry)
    return step(
        entry,
        {},
        status="returned",
        awaits=entry.provider_id,
        act="returned",
        actor_id=actor_id,
        now=now,
        returned_because=words,
    )


def in_words(
    reason: str, field: str = "reason", missing: str = "Say in a few words what is not right."
) -> str:
    """Return what somebody wrote, on one line. Raises `Invalid` for nothing, or for too much."""
    words = " ".join(reason.split())
    if not words:
        raise Invalid(missing, field=field)
    if len(words) > _LONGEST_REASON:
        raise Invalid(f"Please use at most {_LONGEST_REASON} characters.", field=field)
    return words


def unchanged(entry: EntryVersion, seen: int | None) -> None:
    """Refuse to decide on another version than the one somebody looked at."""
    if seen is not None and seen != entry.version:
        raise Conflict("This entry changed since you looked at it. Please look again.")


def _own(entry: EntryVersion, actor_id: str) -> None:
    if entry.supervisee_id != actor_id:
        raise Forbidden("Only the person whose hours these are can confirm or return them.")


def _waits_for_supervisee(entry: EntryVersion) -> None:
    if entry.status == "withdrawn":
        raise Conflict("This one was taken back, so there is nothing to say about it.")
    if entry.status == "returned":
        raise Conflict(
            "The provider returned this one to you. Say again what you attended, or take it back."
            if entry.awaits == entry.supervisee_id
            else "You returned this one before; the provider has to look at it first."
        )
    if entry.awaits != entry.supervisee_id:
        raise Conflict("You said this one yourself; now the provider's word is awaited.")
    if entry.actor_id == entry.supervisee_id:
        raise Forbidden("Two people stand behind an hour: somebody else has to record yours.")


def _must_say_why(reason: CorrectionReason | None, *, same: bool) -> None:
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
