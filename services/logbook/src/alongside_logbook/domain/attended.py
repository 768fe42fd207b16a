"""The supervisee speaks first: what they attended, before the provider recorded it.

It awaits the provider, who stands behind it, says something else, or hands it back.
"""

from pydantic import AwareDatetime

from alongside.errors import Conflict, Forbidden
from alongside_logbook.domain.attendance import Mark
from alongside_logbook.domain.entry import EntryVersion, Sitting
from alongside_logbook.domain.steps import (
    agree,
    confirm,
    facts_of,
    in_words,
    only_said,
    record,
    says,
    step,
    unchanged,
)


def say(
    entry_id: str, sitting: Sitting, mark: Mark, head_count: int, *, now: AwareDatetime
) -> EntryVersion:
    """Return the first version of an entry by the supervisee: it awaits the provider."""
    _somebody_elses(sitting, mark.person_id)
    said = record(entry_id, sitting, mark, head_count, actor_id=mark.person_id, now=now)
    return said.model_copy(update={"awaits": sitting.provider_id, "act": "submitted"})


def say_again(
    entry: EntryVersion, sitting: Sitting, mark: Mark, *, now: AwareDatetime
) -> EntryVersion | None:
    """Return the next version after the supervisee spoke where there is an entry, or none.

    What they had said themselves, they may say otherwise. Where the provider recorded meanwhile, the
    same word is a confirmation, and another is refused: they look first, and confirm or return.
    """
    _somebody_elses(sitting, mark.person_id)
    facts = facts_of(sitting, mark)
    same = says(entry, facts)
    if only_said(entry) or entry.status == "withdrawn":
        if same and entry.status == "recorded":
            return None
        return step(
            entry,
            facts,
            status="recorded",
            awaits=sitting.provider_id,
            act="submitted",
            actor_id=mark.person_id,
            now=now,
        )
    if not same:
        raise Conflict(
            "This was recorded meanwhile, with other minutes. Look at it: confirm it, or return it"
            " with a reason."
        )
    return confirm(entry, actor_id=mark.person_id, now=now, seen=None)


def take_back(
    entry: EntryVersion, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion | None:
    """Return the version that the supervisee took back, or none if they did so before."""
    if entry.supervisee_id != actor_id:
        raise Forbidden("Only whoever said it can take it back.")
    unchanged(entry, seen)
    if entry.status == "withdrawn":
        return None
    if not only_said(entry):
        raise Conflict("The provider spoke for this one, too. Return it if it is not right.")
    return step(
        entry, {}, status="withdrawn", awaits=None, act="withdrawn", actor_id=actor_id, now=now
    )


def stand_behind(
    entry: EntryVersion, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion | None:
    """Return the version that the provider confirms, or none if it was confirmed before."""
    unchanged(entry, seen)
    if entry.status == "confirmed":
        return None
    _waits_for_provider(entry)
    return agree(entry, actor_id=actor_id, now=now)


def hand_back(
    entry: EntryVersion, reason: str, *, actor_id: str, now: AwareDatetime, seen: int | None
) -> EntryVersion:
    """Return the version that the provider does not stand behind: the supervisee is awaited."""
    unchanged(entry, seen)
    _waits_for_provider(entry)
    if actor_id == entry.supervisee_id:
        raise Forbidden("You said this one yourself. Take it back if it is not right.")
    return step(
        entry,
        {},
        status="returned",
        awaits=entry.supervisee_id,
        act="returned",
        actor_id=actor_id,
        now=now,
        returned_because=in_words(reason),
    )


def _waits_for_provider(entry: EntryVersion) -> None:
    if entry.status != "recorded" or entry.act != "submitted":
        raise Conflict("This is not waiting for the provider's word any more.")


def _somebody_elses(sitting: Sitting, person_id: str) -> None:
    if sitting.provider_id == person_id:
        raise Forbidden("You led this session: what one leads is no hour of one's own.")
