"""When providers can be booked, and requests where nothing fits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "provider_availability",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("windows", sa.Text(), nullable=False),
        sa.Column("exceptions", sa.Text(), nullable=False),
        sa.Column("lengths", sa.Text(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=False),
        sa.Column("day_sessions", sa.Integer(), nullable=True),
        sa.Column("day_minutes", sa.Integer(), nullable=True),
        sa.Column("week_sessions", sa.Integer(), nullable=True),
        sa.Column("week_minutes", sa.Integer(), nullable=True),
        sa.Column("open_to", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["people.id"], name="fk_provider_availability_provider_id_people"
        ),
        sa.PrimaryKeyConstraint("provider_id", name="pk_provider_availability"),
    )
    op.create_table(
        "session_requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("series_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_session_requests_person_id_people"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["people.id"], name="fk_session_requests_provider_id_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_requests"),
    )
    op.create_index(
        "ix_session_requests_provider_id_status", "session_requests", ["provider_id", "status"]
    )
    op.create_index("ix_session_requests_person_id", "session_requests", ["person_id"])


def downgrade() -> None:
    op.drop_table("session_requests")
    op.drop_table("provider_availability")
