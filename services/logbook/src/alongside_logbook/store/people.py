"""Copies of people and of the association, fed by events: the newest version wins."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import String, bindparam
from sqlalchemy import select as sql_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import AssociationDescribed, PersonState
from alongside_logbook.store.sql import upsert
from alongside_logbook.store.tables import AssociationRow, PersonRow, table

_AT_ONCE = 500


# Made once: every page asks for these, and putting them together takes longer than the answer.
_MANY = sql_select(PersonRow).where(
    col(PersonRow.person_id).in_(bindparam("wanted", expanding=True, type_=String))
)
_ASSOCIATION = sql_select(AssociationRow).limit(1)
_AT_THE_DOOR = sql_select(
    col(PersonRow.name),
    col(PersonRow.roles),
    col(PersonRow.zone),
    col(PersonRow.left_at),
    sql_select(col(AssociationRow.name)).limit(1).scalar_subquery(),
).where(col(PersonRow.person_id) == bindparam("person", type_=String))


class PeopleStore:
    """Everybody the scheduler has told of."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, person: PersonState) -> PersonRow | None:
        """Keep a person as they are now; return what was known before, or the same if this is older.

        The result's `version` tells which: an equal or higher one means nothing was changed.
        """
        before = await self.get(person.person_id)
        if before is not None and before.version >= person.version:
            return before
        await upsert(
            self._session,
            table(PersonRow),
            [
                {
                    "person_id": person.person_id,
                    "version": person.version,
                    "name": person.name,
                    "zone": person.zone,
                    "roles": person.roles,
                    "pursuing": person.pursuing,
                    "pursuing_since": person.pursuing_since,
                    "credentials": person.credentials,
                    "email_digest": digest(person.email),
                    "left_at": person.left_at,
                }
            ],
        )
        if before is not None:
            self._session.expunge(before)
        return before

    async def get(self, person_id: str) -> PersonRow | None:
        """Return a person, or none before the scheduler has told of them."""
        return await self._session.get(PersonRow, person_id)

    async def at_the_door(
        self, person_id: str
    ) -> tuple[str, Sequence[str], str, datetime | None, str | None] | None:
        """Return name, roles, zone and leaving of who asks for a page, and their association's name."""
        rows = await self._session.execute(_AT_THE_DOOR, {"person": person_id})
        found = rows.first()
        return None if found is None else tuple(found)

    async def many(self, person_ids: Iterable[str]) -> dict[str, PersonRow]:
        """Return the people of these ids that are known."""
        wanted = set(person_ids)
        if not wanted:
            return {}
        rows = await self._session.execute(_MANY, {"wanted": sorted(wanted)})
        return {row.person_id: row for row in rows.scalars()}

    async def by_email(self, email: str) -> PersonRow | None:
        """Find somebody by the digest of their address."""
        query = (
            select(PersonRow)
            .where(PersonRow.email_digest == digest(email))
            .order_by(col(PersonRow.left_at).is_(None).desc())
        )
        return (await self._session.exec(query)).first()

    async def by_emails(self, emails: Iterable[str]) -> dict[str, PersonRow]:
        """Return those who have not left, by which of these addresses is theirs."""
        wanted = {digest(email): email for email in emails}
        found: dict[str, PersonRow] = {}
        digests = sorted(wanted)
        for at in range(0, len(digests), _AT_ONCE):
            query = select(PersonRow).where(
                col(PersonRow.email_digest).in_(digests[at : at + _AT_ONCE]),
                col(PersonRow.left_at).is_(None),
            )
            found |= {wanted[row.email_digest]: row for row in await self._session.exec(query)}
        return found

    async def keep_association(self, said: AssociationDescribed) -> bool:
        """Keep the association if this is newer; tell whether its rules are different now."""
        before = await self._session.get(AssociationRow, said.association_id)
        if before is not None and before.version >= said.version:
            return False
        changed = before is None or before.rules != said.rules
        facts = said.model_dump(include=set(AssociationRow.model_fields))
        await self._session.merge(AssociationRow(**facts))
        await self._session.flush()
        return changed

    async def association(self) -> AssociationRow | None:
        """Return whose installation this is, once the scheduler has said so."""
        return (await self._session.execute(_ASSOCIATION)).scalars().first()

    async def everybody(self) -> Sequence[PersonRow]:
        """Return all who have not left, by name."""
        query = select(PersonRow).where(col(PersonRow.left_at).is_(None)).order_by(PersonRow.name)
        return (await self._session.exec(query)).all()


def digest(email: str) -> str:
    """Return what stands for an address here: enough to find somebody by it, not to write to them."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()
