"""The tables every service has besides its own: what was said, heard, parked, asked and ended."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from alongside.db.types import UtcDateTime

BigId = BigInteger().with_variant(Integer, "sqlite")
"""An identity that SQLite, too, hands out by itself."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """Return metadata of one service: constraints have names, so that migrations can speak of them."""
    return MetaData(naming_convention=_NAMES)


def claim_columns() -> list[Column[Any]]:
    """Return the columns that `alongside.db.claim` works on. A row with `done_at` is finished."""
    return [
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("next_attempt_at", UtcDateTime, nullable=False),
        Column("claimed_by", String(64)),
        Column("claimed_until", UtcDateTime),
        Column("done_at", UtcDateTime),
        Column("last_error", Text),
    ]


class Plumbing:
    """The plumbing tables inside one service's metadata."""

    def __init__(self, metadata: MetaData) -> None:
        self.metadata = metadata
        pending = text("done_at IS NULL")
        self.outbox = Table(
            "outbox",
            metadata,
            Column("id", BigId, primary_key=True, autoincrement=True),
            Column("event_id", String(36), nullable=False, unique=True),
            Column("topic", String(100), nullable=False),
            Column("key", String(64), nullable=False),
            Column("type", String(100), nullable=False),
            Column("payload", LargeBinary, nullable=False),
            Column("traceparent", String(64)),
            Column("occurred_at", UtcDateTime, nullable=False),
            *claim_columns(),
            Index("ix_outbox_pending", "id", postgresql_where=pending, sqlite_where=pending),
            Index(
                "ix_outbox_pending_key", "key", "id", postgresql_where=pending, sqlite_where=pending
            ),
        )
        self.inbox = Table(
            "inbox",
            metadata,
            Column("consumer", String(64), nullable=False),
            Column("event_id", String(36), nullable=False),
            Column("handled_at", UtcDateTime, nullable=False),
            PrimaryKeyConstraint("consumer", "event_id"),
        )
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("id", BigId, primary_key=True, autoincrement=True),
            Column("consumer", String(64), nullable=False),
            Column("topic", String(100), nullable=False),
            Column("position", String(64), nullable=False),
            Column("key", LargeBinary),
            Column("headers", Text, nullable=False),
            Column("payload", LargeBinary),
            Column("error", Text, nullable=False),
            Column("parked_at", UtcDateTime, nullable=False),
            Column("replayed_at", UtcDateTime),
            Index("uq_dead_letters_position", "consumer", "topic", "position", unique=True),
        )
        self.idempotency = Table(
            "idempotency",
            metadata,
            Column("person_id", String(64), nullable=False),
            Column("key", String(255), nullable=False),
            Column("route", String(255), nullable=False),
            Column("fingerprint", String(64), nullable=False),
            Column("status", Integer, nullable=False),
            Column("body", Text, nullable=False),
            Column("created_at", UtcDateTime, nullable=False),
            PrimaryKeyConstraint("person_id", "key", "route"),
        )
        self.ended_sessions = Table(
            "ended_sessions",
            metadata,
            Column("session_id", String(64), primary_key=True),
            Column("expires_at", UtcDateTime, nullable=False),
        )
