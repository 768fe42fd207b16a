"""What the coordinator's board reads.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("supervisee_id", sa.String(length=64), nullable=False),
        sa.Column("goal", sa.String(length=32), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("supervisee_id", "goal", name=op.f("pk_board")),
    )
    op.create_index("ix_board_main_urgency", "board", ["main", "urgency", "supervisee_id"])
    op.create_index("ix_board_waiting", "board", ["main", "waiting_since"])
    op.create_table(
        "tallies",
        sa.Column("supervisee_id", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "supervisee_id", "provider_id", "series_id", "year", name=op.f("pk_tallies")
        ),
    )
    op.create_index("ix_tallies_provider", "tallies", ["provider_id", "year"])
    op.create_index("ix_tallies_series", "tallies", ["series_id"])
    op.create_table(
        "endings",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("emerging", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "credential_id", name=op.f("pk_endings")),
    )
    op.create_index("ix_endings_ends_on", "endings", ["ends_on"])
    op.add_column(
        "series",
        sa.Column("group_id", sa.String(length=64), server_default="", nullable=False),
    )
    op.create_index(op.f("ix_series_group_id"), "series", ["group_id"])
    known = (
        "json_extract(state, '$.group_id')"
        if op.get_bind().dialect.name == "sqlite"
        else "state::json ->> 'group_id'"
    )
    op.execute(f"UPDATE series SET group_id = {known}")  # noqa: S608  # a constant
    # Everything here is worked out from the record; the clock fills it after an upgrade.
    op.execute("UPDATE progress SET stale = true")


def downgrade() -> None:
    op.drop_index(op.f("ix_series_group_id"), table_name="series")
    op.drop_column("series", "group_id")
    op.drop_table("endings")
    op.drop_table("tallies")
    op.drop_table("board")
