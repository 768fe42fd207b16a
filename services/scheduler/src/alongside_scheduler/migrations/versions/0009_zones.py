"""Which series were looked at with which time-zone database, and what its changes brought about.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "series", sa.Column("looked_with", sa.String(16), nullable=False, server_default="")
    )
    op.add_column("occurrences", sa.Column("wall", sa.String(13), nullable=True))
    op.add_column(
        "commitments", sa.Column("yields", sa.String(8), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("commitments", "yields")
    op.drop_column("occurrences", "wall")
    op.drop_column("series", "looked_with")
