"""People, their association and what they chose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import AssociationDescribed, PersonState
from alongside_notifier.domain.quiet import Quiet, quiet_of
from alongside_notifier.domain.words import Language, language_of
from alongside_notifier.store.tables import AssociationRow, PersonRow, PreferencesRow
from alongside_notifier.store.upsert import keep_newest, put, table_of


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose; None means the installation's default."""

    leads: tuple[int, ...] | None = None
    alarm_minutes: int | None = None
    small_changes: bool = False
    hour_mails: bool = True
    quiet: Quiet | None = None
    digest: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class DigestReader:
    """Somebody who wants the weekly digest, and the last week for which it was written."""

    person_id: str
    zone: str
    quiet: Quiet | None
    week: str | None


DEFAULTS = Preferences()


class People:
    """The copy of the people topic, and preferences."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._association: str | None = None

    async def keep(self, person: PersonState) -> bool:
        """Keep a person if this version is newer; tell whether it was."""
        return await keep_newest(
            self._session,
            PersonRow,
            id=person.person_id,
            version=person.version,
            email=person.email.strip().lower(),
            left_at=person.left_at,
            state=person,
        )

    async def get(self, person_id: str) -> PersonState | None:
        """Return a person, whether they left or not."""
        return (await self.by_ids([person_id])).get(person_id)

    async def by_ids(self, ids: Collection[str]) -> dict[str, PersonState]:
        """Return those of these people who are known."""
        rows = await self._session.exec(
            select(PersonRow).where(col(PersonRow.id).in_(ids)),
            execution_options={"populate_existing": True},
        )
        return {row.id: row.state for row in rows}

    async def by_email(self, email: str) -> PersonState | None:
        """Return who has this address now, if somebody who has not left does."""
        rows = await self._session.exec(
            select(PersonRow).where(
                PersonRow.email == email.strip().lower(), col(PersonRow.left_at).is_(None)
            )
        )
        row = rows.first()
        return row.state if row else None

    async def present(self) -> Sequence[PersonState]:
        """Return everybody who has not left."""
        rows = await self._session.exec(select(PersonRow).where(col(PersonRow.left_at).is_(None)))
        return [row.state for row in rows]

    async def keep_association(self, event: AssociationDescribed) -> bool:
        """Keep what the association says of itself, if it is newer."""
        self._association = None
        return await keep_newest(
            self._session,
            AssociationRow,
            id=event.association_id,
            version=event.version,
            name=event.name,
            zone=event.zone,
        )

    async def association_name(self) -> str:
        """Return the association's name; asked once a transaction."""
        if self._association is None:
            rows = await self._session.exec(
                select(AssociationRow.name).order_by(col(AssociationRow.id))
            )
            self._association = rows.first() or "Alongside"
        return self._association

    async def preferences(self, person_id: str) -> Preferences:
        """Return what a person chose."""
        return (await self.preferences_of([person_id])).get(person_id, DEFAULTS)

    async def preferences_of(self, ids: Collection[str]) -> dict[str, Preferences]:
        """Return what these people chose, for those who chose something."""
        rows = await self._session.exec(
            select(PreferencesRow).where(col(PreferencesRow.person_id).in_(ids))
        )
        return {
            row.person_id: Preferences(
                leads=leads_from(row.leads),
                alarm_minutes=row.alarm_minutes,
                small_changes=row.small_changes,
                hour_mails=row.hour_mails,
                quiet=quiet_of(row.quiet_from, row.quiet_until),
                digest=row.digest,
                language=language_of(row.language),
            )
            for row in rows
        }

    async def set_preferences(self, person_id: str, chosen: Preferences) -> None:
        """Keep what a person chose."""
        leads = None if chosen.leads is None else leads_text(chosen.leads)
        await put(
            self._session,
            PreferencesRow,
            person_id=person_id,
            leads=leads,
            alarm_minutes=chosen.alarm_minutes,
            small_changes=chosen.small_changes,
            hour_mails=chosen.hour_mails,
            quiet_from=chosen.quiet.begins if chosen.quiet else None,
            quiet_until=chosen.quiet.ends if chosen.quiet else None,
            digest=chosen.digest,
            language=chosen.language,
        )

    async def digest_readers(self) -> list[DigestReader]:
        """Return those who want the weekly digest and have not left."""
        rows = await self._session.exec(
            select(PreferencesRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(PreferencesRow.person_id))
            .where(col(PreferencesRow.digest).is_(True), col(PersonRow.left_at).is_(None))
            .order_by(col(PersonRow.id))
        )
        return [
            DigestReader(
                person.id,
                person.state.zone,
                quiet_of(row.quiet_from, row.quiet_until),
                row.digest_week,
            )
            for row, person in rows
        ]

    async def mark_digest(self, person_id: str, week: str) -> bool:
        """Note that a week's digest is being written; False if it was noted before."""
        table = table_of(PreferencesRow)
        marked = await self._session.execute(
            update(table)
            .where(
                table.c.person_id == person_id,
                or_(table.c.digest_week.is_(None), table.c.digest_week != week),
            )
            .values(digest_week=week)
            .returning(table.c.person_id)
        )
        return marked.first() is not None


def leads_text(leads: Sequence[int]) -> str:
    """Return minutes as they are kept: separated by commas."""
    return ",".join(str(lead) for lead in leads)


def leads_from(text: str | None) -> tuple[int, ...] | None:
    """Return the minutes that are kept in a text; None for none chosen."""
    if text is None:
        return None
    return tuple(int(part) for part in text.split(",") if part)
