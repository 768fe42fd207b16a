"""What is worked with when all hours of a person are worked out: facts only, quick to read by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

from pydantic import BeforeValidator, TypeAdapter

from alongside_logbook.domain.engine import Hour
from alongside_logbook.domain.entry import EntryStatus


class Attended(Protocol):
    """What progress is told from: an entry, or the facts of one."""

    @property
    def entry_id(self) -> str: ...
    @property
    def provider_id(self) -> str: ...
    @property
    def held_on(self) -> date: ...
    @property
    def scheduled_minutes(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def status(self) -> EntryStatus: ...
    @property
    def awaits(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class EntryFacts(Hour):
    """The facts of the newest version of an entry: what rules look at, and whom it waits for."""

    override: Annotated[bool, BeforeValidator(bool)] = False
    occurrence_key: str = ""
    awaits: str | None = None
    at: datetime = datetime.min


_MANY: TypeAdapter[list[EntryFacts]] = TypeAdapter(list[EntryFacts])


def facts_in(bodies: Sequence[str]) -> list[EntryFacts]:
    """Read the facts out of entries as they are stored, a JSON text each, in this order."""
    return _MANY.validate_json(f"[{','.join(bodies)}]")
