"""Trainings in every version, and the files of their certificates."""

from collections.abc import AsyncGenerator, Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.domain.certificates import CheckedFile
from alongside_logbook.domain.chain import GENESIS, Link
from alongside_logbook.domain.rules.training_facts import TrainingFact
from alongside_logbook.domain.training import TrainingVersion, sealed
from alongside_logbook.store.sql import insert_for, upsert
from alongside_logbook.store.tables import (
    CertificateFileRow,
    TrainingChainRow,
    TrainingRow,
    TrainingVersionRow,
    table,
)

_CHAINS = table(TrainingChainRow)
_VERSIONS = table(TrainingVersionRow)
_TRAININGS = table(TrainingRow)
_FILES = table(CertificateFileRow)


class TrainingStore:
    """Every training of everybody."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def facts(self, person_id: str) -> tuple[TrainingFact, ...]:
        """Return what rules look at of a person's trainings, oldest first; none taken back."""
        return tuple(row.current.fact() for row in await self.of_person(person_id))

    async def hold(self, person_id: str) -> tuple[int, str]:
        """Hold a person's history against other writers; return its last position and hash.

        Whoever writes several histories takes them in the order of the ids.
        """
        statement = insert_for(self._session, _CHAINS).values(
            person_id=person_id, position=0, head=GENESIS
        )
        held = statement.on_conflict_do_update(
            index_elements=["person_id"], set_={"position": _CHAINS.c.position}
        ).returning(_CHAINS.c.position, _CHAINS.c.head)
        position, head = (await self._session.execute(held)).one()
        return int(position), str(head)

    async def append(self, *versions: TrainingVersion) -> None:
        """Add versions to one person's history, in this order; each is then the newest of its own."""
        if not versions:
            return
        person_id = versions[0].person_id
        position, head = await self.hold(person_id)
        rows = []
        for version in versions:
            position += 1
            body, digest = sealed(version, position, head)
            rows.append(
                {
                    "person_id": person_id,
                    "position": position,
                    "training_id": version.training_id,
                    "version": version.version,
                    "body": body,
                    "prev_hash": head,
                    "hash": digest,
                }
            )
            head = digest
        await self._session.execute(insert(_VERSIONS), rows)
        await self._session.execute(
            update(_CHAINS)
            .where(_CHAINS.c.person_id == person_id)
            .values(position=position, head=head)
        )
        newest = {version.training_id: version for version in versions}
        await upsert(self._session, _TRAININGS, [_newest(each) for each in newest.values()])

    async def get(self, training_id: str) -> TrainingRow | None:
        """Return the newest version of a training."""
        query = (
            select_rows(TrainingRow)
            .where(TrainingRow.training_id == training_id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).first()

    async def of_person(self, person_id: str, *, withdrawn: bool = False) -> Sequence[TrainingRow]:
        """Return a person's trainings, oldest first; those taken back only if asked for."""
        query = (
            select_rows(TrainingRow)
            .where(TrainingRow.person_id == person_id)
            .order_by(col(TrainingRow.last_day), col(TrainingRow.training_id))
            .execution_options(populate_existing=True)
        )
        if not withdrawn:
            query = query.where(TrainingRow.status == "kept")
        return (await self._session.exec(query)).all()

    async def history(self, training_id: str) -> Sequence[TrainingVersionRow]:
        """Return every version of a training, oldest first."""
        query = (
            select_rows(TrainingVersionRow)
            .where(TrainingVersionRow.training_id == training_id)
            .order_by(col(TrainingVersionRow.version))
        )
        return (await self._session.exec(query)).all()

    async def chain(self, person_id: str) -> tuple[list[Link], tuple[int, str] | None]:
        """Return a person's whole history as links, and where it is said to end."""
        query = (
            select(_VERSIONS.c.position, _VERSIONS.c.body, _VERSIONS.c.prev_hash, _VERSIONS.c.hash)
            .where(_VERSIONS.c.person_id == person_id)
            .order_by(_VERSIONS.c.position)
        )
        links = [Link(*row) for row in await self._session.execute(query)]
        end = select(_CHAINS.c.position, _CHAINS.c.head).where(_CHAINS.c.person_id == person_id)
        head = (await self._session.execute(end)).first()
        return links, (int(head[0]), str(head[1])) if head and head[0] else None

    async def chained(self) -> Sequence[str]:
        """Return everybody who has a history of trainings."""
        known = select(_CHAINS.c.person_id).union(select(_VERSIONS.c.person_id))
        return sorted((await self._session.execute(known)).scalars())

    async def used(self, person_id: str) -> int:
        """Return how many bytes a person's files take."""
        query = select(func.coalesce(func.sum(_FILES.c.size), 0)).where(
            _FILES.c.person_id == person_id
        )
        return int((await self._session.execute(query)).scalar_one())

    async def put_file(self, person_id: str, file: CheckedFile, actor_id: str, now: object) -> None:
        """Keep the bytes of a file, unless the person has the same already."""
        certificate = file.certificate
        statement = insert_for(self._session, _FILES).values(
            person_id=person_id,
            sha256=certificate.sha256,
            media_type=certificate.media_type,
            size=certificate.size,
            content=file.content,
            added_at=now,
            added_by=actor_id,
        )
        await self._session.execute(statement.on_conflict_do_nothing())

    async def has_file(self, person_id: str, sha256: str) -> bool:
        """Tell whether a person has a file of this content."""
        query = select(_FILES.c.size).where(
            _FILES.c.person_id == person_id, _FILES.c.sha256 == sha256
        )
        return (await self._session.execute(query)).first() is not None

    async def files(self, person_id: str) -> set[str]:
        """Return which files of a person are here."""
        query = select(_FILES.c.sha256).where(_FILES.c.person_id == person_id)
        return set((await self._session.execute(query)).scalars())

    async def content(self, person_id: str, sha256: str) -> bytes | None:
        """Return the bytes of a file, or none once they were removed."""
        query = select(_FILES.c.content).where(
            _FILES.c.person_id == person_id, _FILES.c.sha256 == sha256
        )
        found = (await self._session.execute(query)).scalar_one_or_none()
        return None if found is None else bytes(found)

    async def drop_file(self, person_id: str, sha256: str) -> None:
        """Remove the bytes of a file that no training of the person names any more."""
        for row in await self.of_person(person_id):
            if any(each.sha256 == sha256 for each in row.current.certificates):
                return
        await self._session.execute(
            delete(_FILES).where(_FILES.c.person_id == person_id, _FILES.c.sha256 == sha256)
        )

    async def drop_files(self, person_id: str) -> int:
        """Remove the bytes of all of a person's files; return how many there were."""
        gone = await self._session.execute(
            delete(_FILES).where(_FILES.c.person_id == person_id).returning(_FILES.c.sha256)
        )
        return len(gone.all())

    async def each_file(self, person_id: str) -> AsyncGenerator[tuple[str, bytes]]:
        """Yield a person's files one by one: SHA-256 and bytes."""
        for sha256 in sorted(await self.files(person_id)):
            content = await self.content(person_id, sha256)
            if content is not None:
                yield sha256, content


def _newest(version: TrainingVersion) -> dict[str, object]:
    return {
        "training_id": version.training_id,
        "person_id": version.person_id,
        "last_day": version.last_day,
        "version": version.version,
        "status": version.status,
        "current": version,
    }
