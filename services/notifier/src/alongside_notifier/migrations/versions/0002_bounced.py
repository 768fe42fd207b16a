"""Addresses from which mails came back.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bounced",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=16), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_bounced")),
    )


def downgrade() -> None:
    op.drop_table("bounced")
