"""Sites, and the consultants who visit them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "groups", sa.Column("purpose", sa.String(16), nullable=False, server_default="rsc")
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("place", sa.String(200), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
    )
    op.create_table(
        "pairings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("consultant_id", sa.String(64), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR begins_on <= ends_on", name=op.f("ck_pairings_in_order")
        ),
        sa.ForeignKeyConstraint(["id"], ["groups.id"], name="fk_pairings_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_pairings_site_id"),
        sa.ForeignKeyConstraint(["consultant_id"], ["people.id"], name="fk_pairings_consultant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pairings"),
    )
    op.create_index("ix_pairings_consultant_id", "pairings", ["consultant_id"])
    op.create_index("ix_pairings_site_id", "pairings", ["site_id"])
    op.create_table(
        "visits",
        sa.Column("series_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(13), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "key", name="pk_visits"),
    )


def downgrade() -> None:
    op.drop_table("visits")
    op.drop_table("pairings")
    op.drop_table("sites")
    op.drop_column("groups", "purpose")
