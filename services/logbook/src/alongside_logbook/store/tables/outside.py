"""Providers from elsewhere, and what they are asked to vouch for."""

from datetime import datetime

from sqlalchemy import Column, Index, String, Text, text
from sqlmodel import Field

from alongside.db import PydanticJson, UtcDateTime
from alongside_logbook.domain.providers import Claim, ProviderStep, Registry
from alongside_logbook.domain.vouching import State, VouchLine
from alongside_logbook.store.tables.base import (
    LogbookTable,
    key_column,
    optional_text,
    text_column,
)


class OutsideProviderRow(LogbookTable, table=True):
    """A provider without an account. One address is one provider, whoever names it."""

    __tablename__ = "outside_providers"
    __table_args__ = (Index("uq_outside_providers_email", "email_digest", unique=True),)

    provider_id: str = key_column()
    name: str = text_column(200)
    email_sealed: str = Field(sa_column=Column(Text, nullable=False))
    email_digest: str = text_column()
    agency: str | None = optional_text(200)
    claims: tuple[Claim, ...] = Field(
        sa_column=Column(PydanticJson(tuple[Claim, ...]), nullable=False)
    )
    registry_state: Registry = Field(
        default="unchecked",
        sa_column=Column(String(16), nullable=False, server_default=text("'unchecked'")),
    )
    checked_by: str | None = optional_text()
    checked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When this address first answered a link: from then on it is known to be theirs."""
    created_by: str = text_column()
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    history: tuple[ProviderStep, ...] = Field(
        sa_column=Column(PydanticJson(tuple[ProviderStep, ...]), nullable=False)
    )


class VouchRequestRow(LogbookTable, table=True):
    """A link that asks one provider about exactly these versions of one person's entries."""

    __tablename__ = "vouch_requests"
    __table_args__ = (
        Index("ix_vouch_requests_supervisee", "supervisee_id", "asked_at"),
        Index("ix_vouch_requests_provider", "provider_id", "asked_at"),
    )

    request_id: str = key_column()
    supervisee_id: str = text_column()
    provider_id: str = text_column()
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: State = text_column(16)
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lines: tuple[VouchLine, ...] = Field(
        sa_column=Column(PydanticJson(tuple[VouchLine, ...]), nullable=False)
    )
