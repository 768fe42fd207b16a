"""The tables of channels beside mail."""

from datetime import datetime

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, text, true
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside.db.plumbing import BigId, claim_columns
from alongside_notifier.store.tables import METADATA, NotifierTable

_PENDING = text("done_at IS NULL")


class ChannelRow(NotifierTable, table=True):
    """A channel that a person gave an address for, and what comes by it. Off: there is no row."""

    __tablename__ = "channels"

    person_id: str = Field(sa_column=Column(String(64), primary_key=True))
    channel: str = Field(sa_column=Column(String(40), primary_key=True))
    address_sealed: str = Field(sa_column=Column(Text, nullable=False))
    address_digest: str = Field(sa_column=Column(String(64), nullable=False))
    """Made with the link key: tells whether two addresses are one, and nothing else."""
    hint: str = Field(sa_column=Column(String(120), nullable=False))
    reminders: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=true())
    )
    changes: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=true())
    )
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When they typed the code that came by it; until then nothing else comes."""
    code_id: str | None = Field(default=None, sa_column=Column(String(64)))
    """What the code is made from, with the link key; null once it was used or mistyped too often."""
    code_expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    code_tries: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )


CHANNEL_MESSAGES = Table(
    "channel_messages",
    METADATA,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("person_id", String(64), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("address_digest", String(64), nullable=False),
    Column("hint", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("series_id", String(64)),
    Column("occurrence_key", String(16)),
    Column("starts_at", UtcDateTime),
    Column("lead_minutes", Integer),
    Column("not_after", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("outcome", String(16)),
    Column("handed", Integer, nullable=False, server_default=text("0")),
    *claim_columns(),
    Index("ix_channel_messages_pending", "id", postgresql_where=_PENDING, sqlite_where=_PENDING),
    Index("ix_channel_messages_person_id", "person_id", "id"),
    Index("ix_channel_messages_address_digest", "address_digest", "queued_at"),
)
"""The queue of short messages and the record of what was sent, by a channel that is not mail.

`outcome`: sent, failed, unclear (handed over twice, and each time whoever did it was killed before
it could be noted), withdrawn. `handed` counts hand-overs of which no end was noted.
"""
