"""Names beside ids."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from alongside_logbook.domain.providers import DOUBTS
from alongside_logbook.store.uow import LogbookUow

UNKNOWN = "Somebody not known here yet"


class View(BaseModel):
    """Something shown; it is only read."""

    model_config = ConfigDict(frozen=True)


class PersonRef(View):
    """Somebody, by id and name."""

    person_id: str
    name: str


class Names:
    """Looks names up; who is not known yet is called so."""

    def __init__(self, known: dict[str, str], doubts: dict[str, str] | None = None) -> None:
        self._known = known
        self._doubts = doubts or {}

    @classmethod
    async def of(cls, uow: LogbookUow, person_ids: Iterable[str | None]) -> "Names":
        """Read the names of some people at once."""
        wanted = {each for each in person_ids if each}
        known = {each: row.name for each, row in (await uow.people.many(wanted)).items()}
        elsewhere = await uow.outside.many(wanted - known.keys())
        return cls(
            {**known, **{each: row.name for each, row in elsewhere.items()}},
            {
                each: DOUBTS[row.registry_state]
                for each, row in elsewhere.items()
                if row.registry_state in DOUBTS
            },
        )

    def __call__(self, person_id: str) -> PersonRef:
        """Return somebody with their name."""
        return PersonRef(person_id=person_id, name=self._known.get(person_id, UNKNOWN))

    def doubts(self, provider_id: str) -> tuple[str, ...]:
        """Return what is to be said of a provider whose credential nobody found in the registry."""
        doubt = self._doubts.get(provider_id)
        return () if doubt is None else (doubt,)

    def maybe(self, person_id: str | None) -> PersonRef | None:
        """Return somebody with their name, or nobody."""
        return None if person_id is None else self(person_id)
