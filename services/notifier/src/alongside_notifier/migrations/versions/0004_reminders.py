"""Quiet hours, lead times of groups, the weekly digest, changes at short notice.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("preferences", sa.Column("quiet_from", sa.Integer(), nullable=True))
    op.add_column("preferences", sa.Column("quiet_until", sa.Integer(), nullable=True))
    op.add_column(
        "preferences",
        sa.Column("digest", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("preferences", sa.Column("digest_week", sa.String(length=8), nullable=True))
    op.create_index("ix_entries_awaits", "entries", ["awaits"])
    op.create_table(
        "standings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("required_minutes", sa.Integer(), nullable=False),
        sa.Column("counted_minutes", sa.Integer(), nullable=False),
        sa.Column("pending_minutes", sa.Integer(), nullable=False),
        sa.Column("appears_met", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standings")),
    )
    op.create_table(
        "group_leads",
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("leads", sa.String(length=100), nullable=False),
        sa.Column("chosen_by", sa.String(length=64), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_group_leads")),
    )
    op.create_table(
        "short_notice",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("occurrence_key", sa.String(length=16), nullable=False),
        sa.Column("was_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("now_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "person_id", "series_id", "occurrence_key", name=op.f("pk_short_notice")
        ),
    )
    op.create_index("ix_short_notice_changed_at", "short_notice", ["changed_at"])
    op.create_index("ix_short_notice_series_id", "short_notice", ["series_id"])


def downgrade() -> None:
    op.drop_table("short_notice")
    op.drop_table("group_leads")
    op.drop_table("standings")
    op.drop_index("ix_entries_awaits", "entries")
    with op.batch_alter_table("preferences") as table:
        table.drop_column("digest_week")
        table.drop_column("digest")
        table.drop_column("quiet_until")
        table.drop_column("quiet_from")
