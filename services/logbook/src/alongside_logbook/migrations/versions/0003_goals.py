"""What people work toward besides the category they pursue, and where they stand toward each.

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
    op.create_table(
        "goals",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=56), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("pk_goals")),
    )
    op.create_table(
        "goal_progress",
        sa.Column("supervisee_id", sa.String(length=64), nullable=False),
        sa.Column("goal", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("supervisee_id", "goal", name=op.f("pk_goal_progress")),
    )
    op.create_index("ix_goal_progress_goal", "goal_progress", ["goal", "status"])
    op.add_column("entries", sa.Column("verdicts", sa.Text(), nullable=True))
    op.create_index(
        "ix_entries_waiting",
        "entries",
        ["supervisee_id", "started_at"],
        sqlite_where=sa.text("awaits IS NOT NULL"),
        postgresql_where=sa.text("awaits IS NOT NULL"),
    )
    # Worked out anew by the clock: what was worked out before knew one goal only.
    op.execute("UPDATE progress SET stale = true")


def downgrade() -> None:
    op.drop_index("ix_entries_waiting", "entries")
    op.drop_column("entries", "verdicts")
    op.drop_table("goal_progress")
    op.drop_table("goals")
