"""Groups and who is on their rosters."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    false,
)
from sqlmodel import Field

from alongside.db import UtcDateTime
from alongside_scheduler.store.tables.base import (
    SchedulerTable,
    key_column,
    reference,
    search_column,
)


class GroupRow(SchedulerTable, table=True):
    """A standing group, or a standing pair."""

    __tablename__ = "groups"

    id: str = key_column()
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
    seat_policy: str = Field(
        default="refuse", sa_column=Column(String(8), nullable=False, server_default="refuse")
    )
    """What a full group does with one more: refuse, or warn."""
    offer_hours: int = Field(
        default=72, sa_column=Column(Integer, nullable=False, server_default="72")
    )
    """How long an offer of a seat stays open."""
    takes_asks: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """Whether people may ask for a seat themselves, on the group's own page for that."""
    purpose: str = Field(
        default="rsc", sa_column=Column(String(16), nullable=False, server_default="rsc")
    )
    """Of an RSC group, or of a consultant's pairing with a site, which no list of groups shows."""
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    search_text: str = Field(default="", sa_column=search_column())
    """The name as it is searched: `GroupStore.keep` writes it."""


class GroupMemberRow(SchedulerTable, table=True):
    """A stay on a group's roster; both days are inclusive."""

    __tablename__ = "group_members"

    group_id: str = Field(sa_column=reference("groups.id", primary_key=True))
    person_id: str = Field(
        sa_column=Column(String(64), ForeignKey("people.id"), primary_key=True, index=True)
    )
    joined_on: date = Field(sa_column=Column(Date, primary_key=True))
    left_on: date | None = Field(default=None, sa_column=Column(Date))
