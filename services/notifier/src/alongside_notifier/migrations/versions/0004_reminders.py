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


def downgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        table.drop_column("quiet_until")
        table.drop_column("quiet_from")
