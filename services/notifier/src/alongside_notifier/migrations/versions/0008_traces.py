"""Which trace a telling and a mail belong to: the click that caused them. And which mails failed.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tellings", sa.Column("traceparent", sa.String(length=64), nullable=True))
    op.add_column("mails", sa.Column("traceparent", sa.String(length=64), nullable=True))
    failed = sa.text("outcome = 'failed'")
    op.create_index(
        "ix_mails_failed", "mails", ["done_at"], postgresql_where=failed, sqlite_where=failed
    )


def downgrade() -> None:
    op.drop_index("ix_mails_failed", "mails")
    op.drop_column("mails", "traceparent")
    op.drop_column("tellings", "traceparent")
