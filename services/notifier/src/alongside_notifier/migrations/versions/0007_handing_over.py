"""Who is told if a mail to somebody from elsewhere does not arrive.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mails", sa.Column("asked_by", sa.String(length=64), nullable=True))
    asked = sa.text("asked_by IS NOT NULL")
    op.create_index(
        "ix_mails_asked_by", "mails", ["asked_by"], postgresql_where=asked, sqlite_where=asked
    )


def downgrade() -> None:
    op.drop_index("ix_mails_asked_by", "mails")
    op.drop_column("mails", "asked_by")
