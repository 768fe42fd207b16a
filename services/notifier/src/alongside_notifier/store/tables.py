"""The notifier's tables.

Copies of what others say (people, series, hour entries), what each calendar was told and shows
(seats), what is due to be told (tellings, reminders, mails), what came back (answers, replies),
and the feeds as they are served.
"""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel

from alongside.contracts import PersonState, SeriesState
from alongside.db import Plumbing, PydanticJson, UtcDateTime, service_metadata
from alongside.db.plumbing import BigId, claim_columns
from alongside_notifier.domain.told import Told

METADATA = service_metadata()
PLUMBING = Plumbing(METADATA)

_PENDING = text("done_at IS NULL")
_FAILED = text("outcome = 'failed'")


class NotifierTable(SQLModel):
    """Base of the tables: their metadata is the notifier's own."""

    metadata = METADATA


class AssociationRow(NotifierTable, table=True):
    """Whose installation this is: one row."""

    __tablename__ = "association"

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    zone: str = Field(sa_column=Column(String(64), nullable=False))


class PersonRow(NotifierTable, table=True):
    """A person, as last heard."""

    __tablename__ = "people"

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    email: str = Field(sa_column=Column(String(320), nullable=False, index=True))
    """In lower case, to find who wrote."""
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    state: PersonState = Field(sa_column=Column(PydanticJson(PersonState), nullable=False))


class SeriesRow(NotifierTable, table=True):
    """A series, as last heard."""

    __tablename__ = "series"

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    uid: str = Field(sa_column=Column(String(255), nullable=False, unique=True))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: SeriesState = Field(sa_column=Column(PydanticJson(SeriesState), nullable=False))
    drawn_with: str = Field(
        default="", sa_column=Column(String(16), nullable=False, server_default="")
    )
    """Version of the time-zone database by which feeds show it."""


class SeatRow(NotifierTable, table=True):
    """One person's part in one series: what their calendar was told, and what their feed shows."""

    __tablename__ = "seats"
    __table_args__ = (
        Index("ix_seats_series_id", "series_id"),
        Index("ix_seats_stale_at", "stale_at"),
    )

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    series_id: str = Field(sa_column=Column(String(64), primary_key=True))
    membership: int = Field(default=-1, sa_column=Column(Integer, nullable=False))
    """The series counter at which this person last joined or left, as far as it was judged."""
    removed: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    told: Told = Field(default=Told(), sa_column=Column(PydanticJson(Told), nullable=False))
    fragment: str = Field(default="", sa_column=Column(Text, nullable=False))
    zones: str = Field(default="", sa_column=Column(String(255), nullable=False))
    revised_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    stale_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class TellingRow(NotifierTable, table=True):
    """Somebody has yet to hear of a series. One row a person and series: changes gather in it."""

    __tablename__ = "tellings"
    __table_args__ = (Index("ix_tellings_due_at", "due_at"),)

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    series_id: str = Field(sa_column=Column(String(64), primary_key=True))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    traceparent: str | None = Field(default=None, sa_column=Column(String(64)))
    """Of the latest change that is told."""


class PreferencesRow(NotifierTable, table=True):
    """What a person chose. Without a row, the installation's defaults hold."""

    __tablename__ = "preferences"

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    leads: str | None = Field(default=None, sa_column=Column(String(100)))
    """Minutes, separated by commas; empty for no reminders; null for the default."""
    alarm_minutes: int | None = Field(default=None, sa_column=Column(Integer))
    small_changes: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    hour_mails: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=true())
    )
    quiet_from: int | None = Field(default=None, sa_column=Column(Integer))
    """Minutes after midnight, in the person's zone."""
    quiet_until: int | None = Field(default=None, sa_column=Column(Integer))
    digest: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    digest_week: str | None = Field(default=None, sa_column=Column(String(8)))
    """The last week, such as `2027-W02`, whose digest was written, or had nothing to say."""
    language: str | None = Field(default=None, sa_column=Column(String(2)))
    """In which they are written to; null for the installation's."""


class StandingRow(NotifierTable, table=True):
    """Where a supervisee stands toward the category they pursue, as last heard."""

    __tablename__ = "standings"

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    """The person."""
    version: int = Field(sa_column=Column(Integer, nullable=False))
    category: str = Field(sa_column=Column(String(16), nullable=False))
    required_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    counted_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    pending_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    appears_met: bool = Field(sa_column=Column(Boolean, nullable=False))


class GroupLeadsRow(NotifierTable, table=True):
    """When people of a group are reminded who chose nothing of their own."""

    __tablename__ = "group_leads"

    group_id: str = Field(sa_column=Column(String(64), primary_key=True))
    leads: str = Field(sa_column=Column(String(100), nullable=False))
    """Minutes, separated by commas; empty for no reminders."""
    chosen_by: str = Field(sa_column=Column(String(64), nullable=False))
    chosen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ShortNoticeRow(NotifierTable, table=True):
    """A session of somebody's that was changed at short notice, and whether they saw it."""

    __tablename__ = "short_notice"
    __table_args__ = (
        Index("ix_short_notice_changed_at", "changed_at"),
        Index("ix_short_notice_series_id", "series_id"),
    )

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    series_id: str = Field(sa_column=Column(String(64), primary_key=True))
    occurrence_key: str = Field(sa_column=Column(String(16), primary_key=True))
    was_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    now_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it begins now; null if it was cancelled."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    again_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AnswerRow(NotifierTable, table=True):
    """What a person answered, for a series (`occurrence_key` empty) or for one meeting."""

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_series_id", "series_id"),)

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    series_id: str = Field(sa_column=Column(String(64), primary_key=True))
    occurrence_key: str = Field(default="", sa_column=Column(String(16), primary_key=True))
    answer: str = Field(sa_column=Column(String(16), nullable=False))
    sequence: int = Field(sa_column=Column(Integer, nullable=False))
    stamp: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    channel: str = Field(sa_column=Column(String(8), nullable=False))
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    proposed_start: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ReplyRow(NotifierTable, table=True):
    """A mail that came as an answer, raw, and what became of it."""

    __tablename__ = "replies"

    id: int | None = Field(
        default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True)
    )
    fingerprint: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    outcome: str = Field(sa_column=Column(String(16), nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    person_id: str | None = Field(default=None, sa_column=Column(String(64)))
    series_id: str | None = Field(default=None, sa_column=Column(String(64)))
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BouncedRow(NotifierTable, table=True):
    """An address from which mails came back, and since when nothing more is sent to it."""

    __tablename__ = "bounced"

    address: str = Field(sa_column=Column(String(320), primary_key=True))
    """In lower case."""
    strikes: int = Field(sa_column=Column(Integer, nullable=False))
    failure: str = Field(sa_column=Column(String(16), nullable=False))
    diagnosis: str = Field(sa_column=Column(Text, nullable=False))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    silent_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class EntryRow(NotifierTable, table=True):
    """An hour entry, as far as mails about it and calendars need to know."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_series_id", "series_id", "supervisee_id"),
        Index("ix_entries_held_on", "held_on"),
        Index("ix_entries_awaits", "awaits"),
    )

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    status: str = Field(sa_column=Column(String(16), nullable=False))
    awaits: str | None = Field(default=None, sa_column=Column(String(64)))
    supervisee_id: str | None = Field(default=None, sa_column=Column(String(64)))
    series_id: str | None = Field(default=None, sa_column=Column(String(64)))
    occurrence_key: str | None = Field(default=None, sa_column=Column(String(16)))
    minutes: int | None = Field(default=None, sa_column=Column(Integer))
    """Attended; unknown for what was last heard of before calendars showed it."""
    said_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    held_on: date | None = Field(default=None, sa_column=Column(Date))
    """The day where it was; unknown for what came with an import, which waits elsewhere."""


class DeadlineRow(NotifierTable, table=True):
    """When the window closes in which a supervisee's hours count; null where none presses."""

    __tablename__ = "deadlines"
    __table_args__ = (Index("ix_deadlines_day", "day"),)

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    day: date | None = Field(default=None, sa_column=Column(Date))
    said_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class FeedRow(NotifierTable, table=True):
    """A feed as it is served, under one address. The address itself is nowhere in the database.

    One `id` is one feed: each new address of it is a generation, and all in force serve the same.
    """

    __tablename__ = "feeds"
    __table_args__ = (Index("ix_feeds_person_id", "person_id"),)

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    generation: int = Field(sa_column=Column(Integer, primary_key=True))
    person_id: str = Field(sa_column=Column(String(64), nullable=False))
    token_hash: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    etag: str = Field(sa_column=Column(String(64), nullable=False))
    last_modified: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Until when an address that was replaced goes on; null for the one in force."""
    kind: str = Field(
        default="own", sa_column=Column(String(8), nullable=False, server_default="own")
    )
    """own: the one that everybody has. more: another one, of all or of one group. lead: all of a
    group that they lead. office: what is due, for coordinators."""
    group_id: str = Field(
        default="", sa_column=Column(String(64), nullable=False, server_default="")
    )
    """The only group it is about; empty for all."""
    detail: str = Field(
        default="full", sa_column=Column(String(8), nullable=False, server_default="full")
    )
    hours: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """Whether past sessions show what was confirmed."""
    chosen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When somebody last chose what it shows: its events were revised then."""
    language: str | None = Field(default=None, sa_column=Column(String(2)))
    """In which it is written; null for that of its owner's mails."""
    alarm: str = Field(default="", sa_column=Column(String(8), nullable=False, server_default=""))
    """`none`, or minutes before a session; empty for what its owner chose for all of them."""
    written_in: str = Field(
        default="en", sa_column=Column(String(2), nullable=False, server_default="en")
    )
    """The language of its content."""


class PartRow(NotifierTable, table=True):
    """What a feed beside the own one says of one series; the own one's stands in the seat."""

    __tablename__ = "feed_parts"
    __table_args__ = (Index("ix_feed_parts_stale_at", "stale_at"),)

    feed_id: str = Field(sa_column=Column(String(64), primary_key=True))
    series_id: str = Field(sa_column=Column(String(64), primary_key=True))
    fragment: str = Field(sa_column=Column(Text, nullable=False))
    zones: str = Field(sa_column=Column(String(255), nullable=False))
    revised_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    stale_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class FetchRow(NotifierTable, table=True):
    """When a calendar program last fetched a feed."""

    __tablename__ = "fetches"

    token_hash: str = Field(sa_column=Column(String(64), primary_key=True))
    agent: str = Field(sa_column=Column(String(120), primary_key=True))
    fetched_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    times: int = Field(sa_column=Column(Integer, nullable=False))


REMINDERS = Table(
    "reminders",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("person_id", String(64), nullable=False),
    Column("series_id", String(64), nullable=False),
    Column("occurrence_key", String(16), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("lead_minutes", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("outcome", String(64)),
    UniqueConstraint(
        "person_id",
        "series_id",
        "occurrence_key",
        "starts_at",
        "lead_minutes",
        # The conventional name would be longer than PostgreSQL takes.
        name="uq_reminders_once",
    ),
    Index("ix_reminders_due", "due_at", postgresql_where=_PENDING, sqlite_where=_PENDING),
    Index("ix_reminders_series_id", "series_id"),
)
"""Reminders, unique in what they remind of: recomputing them makes none twice."""

MAILS = Table(
    "mails",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("order_key", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("sender", String(320), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("subject", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("series_id", String(64)),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("outcome", String(16)),
    Column("traceparent", String(64)),
    Column("asked_by", String(64)),
    *claim_columns(),
    Index(
        "ix_mails_asked_by",
        "asked_by",
        postgresql_where=text("asked_by IS NOT NULL"),
        sqlite_where=text("asked_by IS NOT NULL"),
    ),
    Index("ix_mails_pending", "id", postgresql_where=_PENDING, sqlite_where=_PENDING),
    Index(
        "ix_mails_order_key", "order_key", "id", postgresql_where=_PENDING, sqlite_where=_PENDING
    ),
    Index("ix_mails_person_id", "person_id", "id"),
    Index("ix_mails_failed", "done_at", postgresql_where=_FAILED, sqlite_where=_FAILED),
)
"""The mail queue and the record of what was sent.

`asked_by`: who is told if a mail to somebody from elsewhere does not arrive, until they were.
`outcome`: sent, failed, bounced (sent, and came back), withheld (the address takes none), withdrawn.
"""
