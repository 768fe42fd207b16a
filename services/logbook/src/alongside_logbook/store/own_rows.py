"""Everything that stands about one person, row by row and never all at once."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside_logbook.store.tables import (
    CertificateFileRow,
    DocumentRow,
    EntryRow,
    EntryVersionRow,
    GoalProgressRow,
    GoalRow,
    ImportRow,
    LogbookTable,
    MilestoneRow,
    OutsideProviderRow,
    ProgressRow,
    TrainingRow,
    TrainingVersionRow,
    VisitRow,
    VouchRequestRow,
    table,
)

Row = dict[str, Any]

_AT_ONCE = 50


class Own(NamedTuple):
    """One kind of what is somebody's own. Columns are named one by one: nothing new slips out."""

    rows: type[LogbookTable]
    whose: str
    """The column that says whose a row is."""
    columns: str
    order: str


OWN: dict[str, Own] = {
    "hours": Own(EntryRow, "supervisee_id", "current verdict verdicts", "started_at entry_id"),
    "hours-history": Own(
        EntryVersionRow, "supervisee_id", "position body prev_hash hash", "position"
    ),
    "trainings": Own(TrainingRow, "person_id", "current", "last_day training_id"),
    "trainings-history": Own(
        TrainingVersionRow, "person_id", "position body prev_hash hash", "position"
    ),
    "certificates": Own(
        CertificateFileRow, "person_id", "sha256 media_type size added_at", "added_at sha256"
    ),
    "given": Own(EntryRow, "provider_id", "current", "started_at entry_id"),
    "progress": Own(ProgressRow, "supervisee_id", "as_of category status body", "as_of"),
    "progress-of-goals": Own(
        GoalProgressRow, "supervisee_id", "goal as_of status body", "place goal"
    ),
    "milestones": Own(MilestoneRow, "supervisee_id", "category reached_at", "reached_at"),
    "goals": Own(GoalRow, "person_id", "number purpose category act since at", "number"),
    "visits": Own(
        VisitRow,
        "consultant_id",
        "title site site_kind zone starts_at held_on scheduled_minutes status held minutes "
        "activity people reason logged_at",
        "starts_at series_id key",
    ),
    "imports": Own(
        ImportRow,
        "by_id",
        "id file_name state staged_at total done minutes refused left_out started_at ended_at",
        "staged_at id",
    ),
    "outside-providers": Own(
        OutsideProviderRow,
        "created_by",
        "provider_id name email_sealed agency claims registry_state created_at",
        "name provider_id",
    ),
    "requests-to-vouch": Own(
        VouchRequestRow,
        "supervisee_id",
        "request_id provider_id asked_at expires_at state answered_at",
        "asked_at request_id",
    ),
    "documents": Own(
        DocumentRow,
        "person_id",
        "code kind goal since until issued_at revoked_at facts",
        "issued_at code",
    ),
}
"""By the name of the file it is handed out in."""


class OwnRows:
    """Reads what is somebody's own."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def each(self, name: str, person_id: str) -> AsyncGenerator[Row]:
        """Yield the rows of one kind in their order."""
        query = _query(name, person_id)
        found = await self._session.stream(query.execution_options(yield_per=_AT_ONCE))
        try:
            async for row in found.mappings():
                yield dict(row)
        finally:
            await found.close()

    async def counts(self, person_id: str) -> dict[str, int]:
        """Return how many rows there are of each kind."""
        found: dict[str, int] = {}
        for name in OWN:
            query = _query(name, person_id)
            counted = select(func.count()).select_from(query.order_by(None).subquery())
            found[name] = int((await self._session.execute(counted)).scalar_one())
        return found

    async def people_in(self, person_id: str) -> Sequence[str]:
        """Return whom a person has hours with."""
        entries = table(EntryRow)
        query = select(entries.c.provider_id).where(entries.c.supervisee_id == person_id).distinct()
        return list((await self._session.execute(query)).scalars())


def _query(name: str, person_id: str) -> Select[Any]:
    own = OWN[name]
    rows = table(own.rows)
    return (
        select(*(rows.c[column] for column in own.columns.split()))
        .where(rows.c[own.whose] == person_id)
        .order_by(*(rows.c[column] for column in own.order.split()))
    )
