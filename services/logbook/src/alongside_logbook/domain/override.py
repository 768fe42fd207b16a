"""A coordinator's word in the place of a provider's who cannot, or will not, give it.

It is marked as such in every later version. Nobody's own word is ever given for them.
"""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Forbidden, Invalid
from alongside_logbook.domain.attendance import Mark
from alongside_logbook.domain.entry import EntryVersion, Override
from alongside_logbook.domain.steps import in_words, only_said, step, unchanged

OVERRIDES: dict[Override, str] = {
    "unreachable": "The provider cannot be reached",
    "refuses": "The provider refuses to say",
    "left": "The provider has left",
    "died": "The provider has died",
}

_NO_EVIDENCE = (
    "Say what shows that the session took place: an invitation, notes of who came, a mail."
)


def stand_in(
    entry: EntryVersion,
    mark: Mark | None,
    why: Override,
    evidence: str,
    *,
    actor_id: str,
    now: AwareDatetime,
    seen: int | None,
) -> EntryVersion:
    """Return the version for which a coordinator stands in the provider's place.

    Where the supervisee had said just this, both words are there, and it is confirmed; otherwise it
    awaits the supervisee. Without a mark, attendance is taken as it stands. Whether the actor
    coordinates, the caller has checked.
    """
    may_stand_in(actor_id, entry.supervisee_id, entry.provider_id)
    unchanged(entry, seen)
    note = in_words(evidence, "evidence", _NO_EVIDENCE)
    if entry.status == "confirmed":
        raise Conflict("Two people stand behind this one. Correct its attendance if it is wrong.")
    if entry.status == "withdrawn":
        raise Conflict("This one was taken back, so there is nothing to say about it.")
    facts = {} if mark is None else _facts(mark)
    same = all(getattr(entry, name) == value for name, value in facts.items())
    agreed = same and only_said(entry)
    if same and entry.status == "recorded" and not agreed:
        raise Conflict(
            "The provider's word is there. What is missing is that of the person whose hours these"
            " are, and nobody gives it for them."
        )
    return step(
        entry,
        {**facts, "override": why, "override_note": note},
        status="confirmed" if agreed else "recorded",
        awaits=None if agreed else entry.supervisee_id,
        act="overridden",
        actor_id=actor_id,
        now=now,
    )


class InPlace(BaseModel):
    """Why, and on what evidence, a coordinator records a session in the place of who led it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Override
    evidence: Annotated[str, Field(max_length=2000)]
    """What shows that it took place, in words. It stays in the logbook: no event carries it."""


def in_place(entry: EntryVersion, said: InPlace | None) -> EntryVersion:
    """Return a version that somebody recorded who led nothing of it, marked if they stand in.

    Raises `Invalid` where it would complete an hour and nobody said why the provider's word is missing.
    """
    if said is None:
        if entry.status == "confirmed":
            raise Invalid(
                "You did not lead this session, and these hours would be confirmed by your word."
                " Say why the word of the provider is missing.",
                field="why",
            )
        return entry
    note = in_words(said.evidence, "evidence", _NO_EVIDENCE)
    return entry.model_copy(
        update={"act": "overridden", "override": said.why, "override_note": note}
    )


def may_stand_in(actor_id: str, supervisee_id: str, provider_id: str) -> None:
    """Refuse whoever would speak about their own hours, or instead of themselves."""
    if actor_id == supervisee_id:
        raise Forbidden("Nobody stands in about their own hours. Ask another coordinator.")
    if actor_id == provider_id:
        raise Forbidden("You led this session: confirm it or correct it yourself.")


def _facts(mark: Mark) -> dict[str, object]:
    facts: dict[str, object] = {
        "presence": mark.presence,
        "minutes": mark.minutes,
        "about_rsc_minutes": mark.about_rsc_minutes,
        "other_minutes": mark.other_minutes,
    }
    if mark.ages is not None:
        facts["ages"] = mark.ages
    return facts
