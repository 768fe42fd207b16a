"""Where an association closes, and its holidays."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "association",
        sa.Column("holidays", sa.String(length=8), server_default=sa.text("''"), nullable=False),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )
    op.create_index("ix_closures_last_day", "closures", ["last_day"])


def downgrade() -> None:
    op.drop_index("ix_closures_last_day", table_name="closures")
    op.drop_table("closures")
    op.drop_column("association", "holidays")
