"""What is worked with when all hours of a person are worked out: facts only, quick to read by the thousand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter

from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.rules.engine import Hour

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EntryFacts(Hour):
    """The facts of the newest version of an entry: what rules look at, and whom it waits for."""

    override: Annotated[bool, BeforeValidator(bool)] = False
    awaits: Annotated[
        Literal["supervisee", "provider"] | None, Field(validation_alias="whose_word")
    ] = None
    waits_for: Annotated[str | None, Field(validation_alias="awaits")] = None
    """The person whose word it waits for."""
    occurrence_key: str = ""
    at: datetime = _NEVER
    """When the newest version was written."""


_MANY: TypeAdapter[list[EntryFacts]] = TypeAdapter(list[EntryFacts])


def facts_in(bodies: Sequence[str]) -> list[EntryFacts]:
    """Read the facts out of entries as they are stored, a JSON text each, in this order."""
    return [_with_role(facts) for facts in _MANY.validate_json(f"[{','.join(bodies)}]")]


def facts_of(entries: Iterable[EntryVersion]) -> list[EntryFacts]:
    """Return the facts of entries."""
    return facts_in([entry.model_dump_json() for entry in entries])


def _with_role(facts: EntryFacts) -> EntryFacts:
    if facts.waits_for is None:
        return facts
    return replace(
        facts, awaits="provider" if facts.waits_for == facts.provider_id else "supervisee"
    )
