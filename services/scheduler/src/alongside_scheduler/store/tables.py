"""The scheduler's tables.

A series is kept twice, in one transaction: whole, as it was last said (`series.state`), and as
rows by which the database can guard and search (`occurrences`, `commitments`).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    event,
    text,
)
from sqlmodel import Field, SQLModel

from alongside.contracts import Role, SeriesState
from alongside.db import Plumbing, PydanticJson, UtcDateTime, service_metadata
from alongside_scheduler.domain.csv_import import ImportPreview

METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


def _key(length: int = 64, **options: Any) -> Any:
    return Field(sa_column=Column(String(length), primary_key=True, **options))


def _reference(target: str, *, nullable: bool = False, primary_key: bool = False) -> Any:
    return Column(
        String(64),
        ForeignKey(target),
        nullable=nullable and not primary_key,
        primary_key=primary_key,
    )


class SchedulerTable(SQLModel):
    """Base of the tables: their metadata is the scheduler's own."""

    metadata = METADATA


class AssociationRow(SchedulerTable, table=True):
    """Whose installation this is: one row."""

    __tablename__ = "association"

    id: str = _key()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    rules: str = Field(sa_column=Column(String(64), nullable=False))


class PersonRow(SchedulerTable, table=True):
    """A person. `person_no` is what the guard against double booking compares."""

    __tablename__ = "people"
    __table_args__ = (
        Index(
            "uq_people_email_present",
            "email",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
            sqlite_where=text("left_at IS NULL"),
        ),
        Index("ix_people_name", "name"),
    )

    person_no: int | None = Field(
        default=None, sa_column=Column(_BIG_ID, primary_key=True, autoincrement=True)
    )
    id: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(100), nullable=False))
    email: str = Field(sa_column=Column(String(254), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    locale: str = Field(default="en", sa_column=Column(String(16), nullable=False))
    roles: tuple[Role, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Role, ...]), nullable=False)
    )
    pursuing: str | None = Field(default=None, sa_column=Column(String(16)))
    pursuing_since: date | None = Field(default=None, sa_column=Column(Date))
    registered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class CredentialRow(SchedulerTable, table=True):
    """One credential of a provider."""

    __tablename__ = "credentials"

    id: str = _key()
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False, index=True)
    )
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    standing: str = Field(sa_column=Column(String(16), nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_until: date | None = Field(default=None, sa_column=Column(Date))
    registry_number: str | None = Field(default=None, sa_column=Column(String(40)))


class GroupRow(SchedulerTable, table=True):
    """A standing group, or a standing pair."""

    __tablename__ = "groups"

    id: str = _key()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(120), nullable=False))
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))
    place: str | None = Field(default=None, sa_column=Column(String(200)))
    link: str | None = Field(default=None, sa_column=Column(String(500)))
    seat_limit: int | None = Field(default=None, sa_column=Column(Integer))
    provider_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False, index=True)
    )
    co_provider_id: str | None = Field(
        default=None, sa_column=Column(String(64), ForeignKey("people.id"), index=True)
    )
    show_roster: bool = Field(default=False, nullable=False)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class GroupMemberRow(SchedulerTable, table=True):
    """A stay on a group's roster; both days are inclusive."""

    __tablename__ = "group_members"

    group_id: str = Field(sa_column=_reference("groups.id", primary_key=True))
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), primary_key=True, index=True)
    )
    joined_on: date = Field(sa_column=Column(Date, primary_key=True))
    left_on: date | None = Field(default=None, sa_column=Column(Date))


class SeriesRow(SchedulerTable, table=True):
    """A series, whole."""

    __tablename__ = "series"

    id: str = _key()
    group_id: str = Field(
        sa_column=Column(String(64), ForeignKey("groups.id"), nullable=False, index=True)
    )
    version: int = Field(sa_column=Column(Integer, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: SeriesState = Field(sa_column=Column(PydanticJson(SeriesState), nullable=False))


class OccurrenceRow(SchedulerTable, table=True):
    """One meeting of a series, to be searched by time."""

    __tablename__ = "occurrences"
    __table_args__ = (Index("ix_occurrences_starts_at", "starts_at"),)

    series_id: str = Field(sa_column=_reference("series.id", primary_key=True))
    key: str = _key(13)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))


class CommitmentRow(SchedulerTable, table=True):
    """A person's time in a meeting. The database refuses two active ones that overlap."""

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="takes_time"),
        Index("ix_commitments_series_id_key", "series_id", "key"),
        Index(
            "ix_commitments_person_no_starts_at",
            "person_no",
            "starts_at",
            postgresql_where=text("active"),
            sqlite_where=text("active"),
        ),
    )

    person_no: int = Field(
        sa_column=Column(_BIG_ID, ForeignKey("people.person_no"), primary_key=True)
    )
    series_id: str = Field(sa_column=_reference("series.id", primary_key=True))
    key: str = _key(13)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    active: bool = Field(default=True, nullable=False)


class SignInRequestRow(SchedulerTable, table=True):
    """Somebody asked for a link by mail. It works once."""

    __tablename__ = "sign_in_requests"
    __table_args__ = (Index("ix_sign_in_requests_person_id", "person_id", "asked_at"),)

    id: str = _key()
    person_id: str = Field(sa_column=_reference("people.id"))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    next_path: str | None = Field(default=None, sa_column=Column(String(500)))


class SignInRow(SchedulerTable, table=True):
    """A sign-in, or an API token: what its signed text says, and whether it was ended."""

    __tablename__ = "sign_ins"

    id: str = _key()
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), nullable=False, index=True)
    )
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    label: str = Field(default="", sa_column=Column(String(100), nullable=False))
    scopes: tuple[str, ...] | None = Field(
        default=None, sa_column=Column(PydanticJson(tuple[str, ...]))
    )
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ImportRow(SchedulerTable, table=True):
    """A table of people as it was shown, waiting for a yes."""

    __tablename__ = "imports"

    id: str = _key()
    staged_by: str | None = Field(default=None, sa_column=Column(String(64)))
    staged_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    preview: ImportPreview = Field(sa_column=Column(PydanticJson(ImportPreview), nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AnswerRow(SchedulerTable, table=True):
    """A copy of somebody's newest answer; an empty key stands for the whole series."""

    __tablename__ = "answers"

    series_id: str = _key()
    key: str = _key(13)
    person_id: str = _key()
    answer: str = Field(sa_column=Column(String(16), nullable=False))
    proposed_start: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    channel: str = Field(sa_column=Column(String(8), nullable=False))


class ProgressRow(SchedulerTable, table=True):
    """A copy of where a supervisee stands."""

    __tablename__ = "progress"

    supervisee_id: str = _key()
    version: int = Field(sa_column=Column(Integer, nullable=False))
    category: str = Field(sa_column=Column(String(16), nullable=False))
    required_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    counted_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    pending_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    appears_met: bool = Field(nullable=False)


NO_OVERLAP = "ex_commitments_no_overlap"

POSTGRESQL_GUARD = """
ALTER TABLE commitments ADD CONSTRAINT ex_commitments_no_overlap EXCLUDE USING gist (
  int8range(person_no, person_no, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (active)
"""

# Nothing lasts a day, so only what begins within a day before can overlap: the guard looks at a few
# rows of its index, however long somebody has been here.
SQLITE_GUARDS = (
    """
CREATE TRIGGER ex_commitments_no_overlap_insert BEFORE INSERT ON commitments
WHEN NEW.active AND (NEW.ends_at > datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = NEW.series_id AND other.key = NEW.key)
))
BEGIN SELECT RAISE(ABORT, 'overlap'); END
""",
    """
CREATE TRIGGER ex_commitments_no_overlap_update BEFORE UPDATE ON commitments
WHEN NEW.active AND (NEW.ends_at > datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = OLD.series_id AND other.key = OLD.key)
))
BEGIN SELECT RAISE(ABORT, 'overlap'); END
""",
)


def _guard(statement: str, dialect: str) -> None:
    rule = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
    event.listen(METADATA.tables["commitments"], "after_create", rule.execute_if(dialect=dialect))


_guard(POSTGRESQL_GUARD, "postgresql")
for _statement in SQLITE_GUARDS:
    _guard(_statement, "sqlite")
