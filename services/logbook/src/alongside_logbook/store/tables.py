"""The logbook's tables.

`entry_versions` is the record: rows are only ever added, and the database itself refuses anything
else. `entries` points at the newest version of each entry, with what it counts for; `progress` is
worked out when something is written, so that pages read ready rows.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    event,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from alongside.contracts import Credential, Role, SeriesState
from alongside.db import Plumbing, PydanticJson, UtcDateTime, service_metadata
from alongside_logbook.domain.engine import Verdict
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.progress import Progress

METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)


def _key(length: int = 64) -> Any:
    return Field(sa_column=Column(String(length), primary_key=True))


def _text(length: int = 64) -> Any:
    return Field(sa_column=Column(String(length), nullable=False))


def _maybe(length: int = 64) -> Any:
    return Field(default=None, sa_column=Column(String(length)))


def _number(default: int | None = None) -> Any:
    server = None if default is None else text(str(default))
    return Field(sa_column=Column(Integer, nullable=False, server_default=server))


class LogbookTable(SQLModel):
    """Base of the tables: their metadata is the logbook's own."""

    metadata = METADATA


class PersonRow(LogbookTable, table=True):
    """A copy of a person: what hours need of them. No address; only by its digest can one be found."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_email_digest", "email_digest"),)

    person_id: str = _key()
    version: int = _number()
    name: str = _text(200)
    zone: str = _text()
    roles: tuple[Role, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Role, ...]), nullable=False)
    )
    pursuing: str | None = _maybe(16)
    pursuing_since: date | None = Field(default=None, sa_column=Column(Date))
    credentials: tuple[Credential, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Credential, ...]), nullable=False)
    )
    email_digest: str = _text()
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AssociationRow(LogbookTable, table=True):
    """A copy of whose installation this is."""

    __tablename__ = "association"

    association_id: str = _key()
    version: int = _number()
    name: str = _text(200)
    zone: str = _text()
    rules: str = _text()


class SeriesRow(LogbookTable, table=True):
    """A copy of a series, as it was last said."""

    __tablename__ = "series"

    series_id: str = _key()
    version: int = _number()
    state: SeriesState = Field(sa_column=Column(PydanticJson(SeriesState), nullable=False))


class SessionRow(LogbookTable, table=True):
    """One occurrence, laid out for searching, and whether attendance was recorded."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_recorded_starts", "recorded_at", "starts_at"),
        Index("ix_sessions_provider", "provider_id", "starts_at"),
    )

    series_id: str = _key()
    key: str = _key(16)
    title: str = _text(200)
    kind: str = _text(16)
    zone: str = _text()
    provider_id: str = _text()
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    scheduled_minutes: int = _number()
    status: str = _text(16)
    roster_size: int = _number()
    """How many are on the roster on that day, without those who lead."""
    recordings: int = _number(0)
    """Rises with every recording or correction: the row that two recorders meet at."""
    recorded_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    recorded_by: str | None = _maybe()


class VisitRow(LogbookTable, table=True):
    """A consultant's visit to a site, and what was logged of it. Nothing about hours looks here."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_consultant_starts", "consultant_id", "starts_at"),
        Index("ix_visits_held_on", "held_on"),
    )

    series_id: str = _key()
    key: str = _key(16)
    title: str = _text(200)
    site_id: str = _text()
    site: str = _text(100)
    site_kind: str = _text(24)
    consultant_id: str = _text()
    zone: str = _text()
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    scheduled_minutes: int = _number()
    status: str = _text(16)
    version: int = _number(0)
    """How often it was logged or corrected; 0 before."""
    held: bool | None = Field(default=None, sa_column=Column(Boolean))
    minutes: int | None = Field(default=None, sa_column=Column(Integer))
    activity: str | None = _maybe(16)
    people: int | None = Field(default=None, sa_column=Column(Integer))
    reason: str | None = _maybe(24)
    logged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    logged_by: str | None = _maybe()


class VisitVersionRow(LogbookTable, table=True):
    """One version of what was logged of a visit. Rows are only ever added."""

    __tablename__ = "visit_versions"

    series_id: str = _key()
    key: str = _key(16)
    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    held: bool = Field(sa_column=Column(Boolean, nullable=False))
    minutes: int = _number()
    activity: str | None = _maybe(16)
    people: int | None = Field(default=None, sa_column=Column(Integer))
    reason: str | None = _maybe(24)
    logged_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    logged_by: str = _text()


class SeriesPersonRow(LogbookTable, table=True):
    """Who leads a series, and who is or was on its roster: the ground of who may see whose hours."""

    __tablename__ = "series_people"
    __table_args__ = (Index("ix_series_people_person", "person_id", "part"),)

    series_id: str = _key()
    person_id: str = _key()
    part: str = _key(8)
    """leader (of the whole series), stand_in (of some of its dates) or member."""


class EntryVersionRow(LogbookTable, table=True):
    """One version of one entry, for ever. `body` is what `hash` seals, together with `prev_hash`."""

    __tablename__ = "entry_versions"
    __table_args__ = (Index("ix_entry_versions_entry", "entry_id", "version", unique=True),)

    supervisee_id: str = _key()
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    entry_id: str = _text()
    version: int = _number()
    body: str = Field(sa_column=Column(Text, nullable=False))
    prev_hash: str = _text()
    hash: str = _text()


class ChainRow(LogbookTable, table=True):
    """The end of a person's history, and the row that writers of one history meet at."""

    __tablename__ = "chains"

    supervisee_id: str = _key()
    position: int = _number()
    head: str = _text()


class EntryRow(LogbookTable, table=True):
    """The newest version of an entry, and what it counts for."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("uq_entries_session", "series_id", "occurrence_key", "supervisee_id", unique=True),
        Index("ix_entries_supervisee", "supervisee_id", "started_at"),
        Index("ix_entries_provider", "provider_id", "supervisee_id"),
        Index("ix_entries_awaits", "awaits"),
    )

    entry_id: str = _key()
    supervisee_id: str = _text()
    provider_id: str = _text()
    series_id: str = _text()
    occurrence_key: str = _text(16)
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    held_on: date = Field(sa_column=Column(Date, nullable=False))
    version: int = _number()
    position: int = _number()
    """Where the newest version stands in the person's history."""
    status: str = _text(16)
    awaits: str | None = _maybe()
    minutes: int = _number()
    current: EntryVersion = Field(sa_column=Column(PydanticJson(EntryVersion), nullable=False))
    verdict: Verdict | None = Field(default=None, sa_column=Column(PydanticJson(Verdict)))


class ProgressRow(LogbookTable, table=True):
    """Where somebody stands, ready to be shown."""

    __tablename__ = "progress"
    __table_args__ = (Index("ix_progress_due", "stale", "as_of"),)

    supervisee_id: str = _key()
    version: int = _number()
    as_of: date = Field(sa_column=Column(Date, nullable=False))
    stale: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """True when something it rests on changed; the clock works it out again."""
    category: str | None = _maybe(16)
    status: str = _text(20)
    required: int = _number()
    counted: int = _number()
    pending: int = _number()
    unconfirmed: int = _number()
    unconfirmed_since: date | None = Field(default=None, sa_column=Column(Date))
    body: Progress = Field(sa_column=Column(PydanticJson(Progress), nullable=False))


class MilestoneRow(LogbookTable, table=True):
    """That a requirement appeared met for the first time, so that it is said once."""

    __tablename__ = "milestones"

    supervisee_id: str = _key()
    category: str = _key(16)
    reached_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def table(row: type[LogbookTable]) -> Table:
    """Return the plain table of a row class, for statements."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


_REFUSAL = "hours are only ever added to: entry_versions is append-only"

APPEND_ONLY = {
    "sqlite": (
        f"""
        CREATE TRIGGER entry_versions_no_update BEFORE UPDATE ON entry_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER entry_versions_no_delete BEFORE DELETE ON entry_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        # REPLACE deletes without asking the trigger above.
        f"""
        CREATE TRIGGER entry_versions_no_replace BEFORE INSERT ON entry_versions
        WHEN EXISTS (
            SELECT 1 FROM entry_versions
            WHERE (supervisee_id = NEW.supervisee_id AND position = NEW.position)
               OR (entry_id = NEW.entry_id AND version = NEW.version)
        )
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,  # noqa: S608  # a constant
    ),
    "postgresql": (
        f"""
        CREATE FUNCTION entry_versions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER entry_versions_no_change BEFORE UPDATE OR DELETE ON entry_versions
        FOR EACH ROW EXECUTE FUNCTION entry_versions_append_only()
        """,
        """
        CREATE TRIGGER entry_versions_no_truncate BEFORE TRUNCATE ON entry_versions
        FOR EACH STATEMENT EXECUTE FUNCTION entry_versions_append_only()
        """,
    ),
}
"""The database's own refusal to change or remove history, per dialect."""


def _guard_history(_target: Table, connection: Connection, **_options: object) -> None:
    for statement in APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(table(EntryVersionRow), "after_create", _guard_history)
