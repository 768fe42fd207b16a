"""Waiting lists, offers of a seat, and what a full group does."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _default(value: Any) -> dict[str, Any]:
    return {"nullable": False, "server_default": value}


def upgrade() -> None:
    op.add_column("groups", sa.Column("seat_policy", sa.String(8), **_default("refuse")))
    op.add_column("groups", sa.Column("offer_hours", sa.Integer(), **_default("72")))
    op.add_column("groups", sa.Column("takes_asks", sa.Boolean(), **_default(sa.false())))
    op.create_table(
        "seat_waits",
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_seat_waits_group_id_groups"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_seat_waits_person_id_people"
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name="pk_seat_waits"),
    )
    op.create_index("ix_seat_waits_person_id", "seat_waits", ["person_id"])
    op.create_table(
        "seat_offers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_seat_offers_group_id_groups"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_seat_offers_person_id_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seat_offers"),
    )
    op.create_index("ix_seat_offers_person_id", "seat_offers", ["person_id"])
    op.create_index("ix_seat_offers_state", "seat_offers", ["state", "expires_at"])
    op.create_index(
        "uq_seat_offers_open",
        "seat_offers",
        ["group_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("seat_offers")
    op.drop_table("seat_waits")
    for column in ("takes_asks", "offer_hours", "seat_policy"):
        op.drop_column("groups", column)
