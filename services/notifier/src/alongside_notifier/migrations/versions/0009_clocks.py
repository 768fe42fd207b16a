"""By which time-zone database what feeds show of a series was drawn.

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
    op.add_column(
        "series", sa.Column("drawn_with", sa.String(length=16), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("series", "drawn_with")
