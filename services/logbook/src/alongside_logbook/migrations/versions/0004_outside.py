"""Providers from elsewhere, and what they are asked to vouch for.

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
    op.create_table(
        "outside_providers",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email_sealed", sa.Text(), nullable=False),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=True),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column(
            "registry_state",
            sa.String(length=16),
            server_default=sa.text("'unchecked'"),
            nullable=False,
        ),
        sa.Column("checked_by", sa.String(length=64), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_outside_providers")),
    )
    op.create_index(
        "uq_outside_providers_email", "outside_providers", ["email_digest"], unique=True
    )
    op.create_table(
        "vouch_requests",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("supervisee_id", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_vouch_requests")),
    )
    op.create_index("ix_vouch_requests_supervisee", "vouch_requests", ["supervisee_id", "asked_at"])
    op.create_index("ix_vouch_requests_provider", "vouch_requests", ["provider_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("vouch_requests")
    op.drop_table("outside_providers")
