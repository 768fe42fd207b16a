"""Feeds: addresses that go on for a while, several a person, and what each of them shows.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "feeds", sa.Column("kind", sa.String(length=8), server_default="own", nullable=False)
    )
    op.add_column(
        "feeds", sa.Column("group_id", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "feeds", sa.Column("detail", sa.String(length=8), server_default="full", nullable=False)
    )
    op.add_column(
        "feeds", sa.Column("hours", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("feeds", sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "feed_parts",
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("fragment", sa.Text(), nullable=False),
        sa.Column("zones", sa.String(length=255), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("feed_id", "series_id", name=op.f("pk_feed_parts")),
    )
    op.create_index("ix_feed_parts_stale_at", "feed_parts", ["stale_at"])
    op.add_column("entries", sa.Column("supervisee_id", sa.String(length=64), nullable=True))
    op.add_column("entries", sa.Column("series_id", sa.String(length=64), nullable=True))
    op.add_column("entries", sa.Column("occurrence_key", sa.String(length=16), nullable=True))
    op.add_column("entries", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column("entries", sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entries", sa.Column("held_on", sa.Date(), nullable=True))
    op.create_index("ix_entries_held_on", "entries", ["held_on"])
    op.create_table(
        "deadlines",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index("ix_deadlines_day", "deadlines", ["day"])
    op.create_index("ix_entries_series_id", "entries", ["series_id", "supervisee_id"])


def downgrade() -> None:
    op.drop_index("ix_deadlines_day", "deadlines")
    op.drop_table("deadlines")
    op.drop_index("ix_entries_held_on", "entries")
    op.drop_index("ix_entries_series_id", "entries")
    for name in ("held_on", "said_at", "minutes", "occurrence_key", "series_id", "supervisee_id"):
        op.drop_column("entries", name)
    op.drop_index("ix_feed_parts_stale_at", "feed_parts")
    op.drop_table("feed_parts")
    for name in ("chosen_at", "hours", "detail", "group_id", "kind", "expires_at"):
        op.drop_column("feeds", name)
