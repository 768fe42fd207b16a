"""In which language people are written to, and what each feed says of language and alarm.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("preferences", sa.Column("language", sa.String(length=2), nullable=True))
    op.add_column("feeds", sa.Column("language", sa.String(length=2), nullable=True))
    op.add_column(
        "feeds", sa.Column("alarm", sa.String(length=8), server_default="", nullable=False)
    )
    op.add_column(
        "feeds", sa.Column("written_in", sa.String(length=2), server_default="en", nullable=False)
    )


def downgrade() -> None:
    for name in ("written_in", "alarm", "language"):
        op.drop_column("feeds", name)
    op.drop_column("preferences", "language")
