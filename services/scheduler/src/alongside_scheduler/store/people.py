"""People and their credentials."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Text, and_, delete, false, func, or_, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import Credential, PersonState, Role
from alongside.errors import NotFound
from alongside_scheduler.domain.people import AddressTaken
from alongside_scheduler.domain.search import folded, words_of
from alongside_scheduler.store.likeness import begins_a_word, escaped
from alongside_scheduler.store.tables import CredentialRow, PersonRow


class PeopleStore:
    """Everybody who was ever registered; who left stays, marked."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, person_id: str, *, for_change: bool = False) -> PersonRow:
        """Return a person who has not left."""
        query = select(PersonRow).where(PersonRow.id == person_id, col(PersonRow.left_at).is_(None))
        if for_change:
            query = query.with_for_update(key_share=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound("There is no such person.")
        return row

    async def find(self, person_id: str) -> PersonRow | None:
        """Return a person, also one who has left."""
        return (
            await self._session.exec(select(PersonRow).where(PersonRow.id == person_id))
        ).first()

    async def by_email(self, email: str) -> PersonRow | None:
        """Return who has this address and has not left."""
        query = select(PersonRow).where(PersonRow.email == email, col(PersonRow.left_at).is_(None))
        return (await self._session.exec(query)).first()

    async def named(self, person_ids: Iterable[str]) -> dict[str, PersonRow]:
        """Return these people by id, also those who have left."""
        wanted = set(person_ids)
        if not wanted:
            return {}
        query = select(PersonRow).where(col(PersonRow.id).in_(wanted))
        return {row.id: row for row in await self._session.exec(query)}

    async def search(
        self,
        text: str = "",
        role: Role | None = None,
        *,
        pursuing: str | None = None,
        left: bool = False,
        limit: int = 100,
        offset: int = 0,
        by_email: bool = True,
    ) -> tuple[Sequence[PersonRow], int]:
        """Return a page of people by name, and how many there are in all.

        Only who has not left, or with `left` only who has. Each word of the text begins a word of
        the name, or the text is part of the address.
        """
        gone = col(PersonRow.left_at)
        wanted: list[Any] = [gone.is_not(None) if left else gone.is_(None)]
        if text:
            words = words_of(text)
            fits = [and_(*begins_a_word(col(PersonRow.search_text), words))] if words else []
            if by_email:
                like = f"%{escaped(text.lower())}%"
                fits.append(col(PersonRow.email).like(like, escape="\\"))
            wanted.append(or_(false(), *fits))
        if role is not None:
            wanted.append(type_coerce(col(PersonRow.roles), Text).like(f'%"{role}"%'))
        if pursuing is not None:
            wanted.append(PersonRow.pursuing == pursuing)
        count = await self._session.exec(select(func.count()).select_from(PersonRow).where(*wanted))
        query = (
            select(PersonRow)
            .where(*wanted)
            .order_by(col(PersonRow.search_text), PersonRow.id)
            .limit(limit)
            .offset(offset)
        )
        return (await self._session.exec(query)).all(), count.one()

    async def with_role(self, role: Role) -> Sequence[PersonRow]:
        """Return everybody in a role, by name."""
        return (await self.search("", role, limit=5000))[0]

    async def count(self) -> int:
        """Return how many people there are or were: 0 only before the set-up."""
        return (await self._session.exec(select(func.count()).select_from(PersonRow))).one()

    async def first_coordinator(self) -> PersonRow | None:
        """Return the coordinator who has been here longest."""
        query = (
            select(PersonRow)
            .where(
                type_coerce(col(PersonRow.roles), Text).like('%"coordinator"%'),
                col(PersonRow.left_at).is_(None),
            )
            .order_by(col(PersonRow.person_no))
            .limit(1)
        )
        return (await self._session.exec(query)).first()

    async def other_coordinators(self, person_id: str) -> int:
        """Return how many coordinators there are besides this person."""
        query = (
            select(func.count())
            .select_from(PersonRow)
            .where(
                type_coerce(col(PersonRow.roles), Text).like('%"coordinator"%'),
                col(PersonRow.left_at).is_(None),
                PersonRow.id != person_id,
            )
        )
        return (await self._session.exec(query)).one()

    async def taken(self, emails: Iterable[str]) -> set[str]:
        """Return which of these addresses belong to somebody already."""
        wanted = list(emails)
        found: set[str] = set()
        for begin in range(0, len(wanted), 500):
            query = select(PersonRow.email).where(
                col(PersonRow.email).in_(wanted[begin : begin + 500]),
                col(PersonRow.left_at).is_(None),
            )
            found.update(await self._session.exec(query))
        return found

    async def keep(self, row: PersonRow) -> None:
        """Keep a new or changed person; refuse an address that somebody else has."""
        row.search_text = folded(row.name)
        try:
            async with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            if "email" in str(error.orig):
                raise AddressTaken(field="email") from error
            raise

    async def credentials(self, person_ids: Iterable[str]) -> dict[str, tuple[Credential, ...]]:
        """Return the credentials of people, oldest first."""
        wanted = set(person_ids)
        query = (
            select(CredentialRow)
            .where(col(CredentialRow.person_id).in_(wanted))
            .order_by(col(CredentialRow.valid_from), CredentialRow.id)
        )
        found: dict[str, tuple[Credential, ...]] = dict.fromkeys(wanted, ())
        for row in await self._session.exec(query):
            held = Credential.model_validate(
                row.model_dump(exclude={"id", "person_id"}) | {"credential_id": row.id}
            )
            found[row.person_id] += (held,)
        return found

    async def keep_credential(self, person_id: str, held: Credential) -> None:
        """Keep a new or changed credential."""
        row = CredentialRow(
            id=held.credential_id,
            person_id=person_id,
            **held.model_dump(exclude={"credential_id"}),
        )
        await self._session.merge(row)
        await self._session.flush()

    async def drop_credential(self, person_id: str, credential_id: str) -> None:
        """Forget a credential that was entered by mistake."""
        await self._session.exec(
            delete(CredentialRow).where(
                col(CredentialRow.id) == credential_id, col(CredentialRow.person_id) == person_id
            )
        )

    async def state(self, row: PersonRow) -> PersonState:
        """Return the person as events carry them."""
        credentials = await self.credentials([row.id])
        return PersonState.model_validate(
            row.model_dump(exclude={"id", "person_no", "registered_at"})
            | {"person_id": row.id, "credentials": credentials[row.id]}
        )
