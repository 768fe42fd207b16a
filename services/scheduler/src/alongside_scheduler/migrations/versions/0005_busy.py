"""Busy times of other calendars, times that suit, and polls for a time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "busy_calendars",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("calendar_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("sealed_address", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("etag", sa.String(length=500), nullable=True),
        sa.Column("last_modified", sa.String(length=100), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("left_out", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_busy_calendars_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_busy_calendars"),
        sa.UniqueConstraint("calendar_id", name="uq_busy_calendars_calendar_id"),
        sa.UniqueConstraint("person_id", "fingerprint", name="uq_busy_calendars_person_id"),
    )
    op.create_index("ix_busy_calendars_next_attempt_at", "busy_calendars", ["next_attempt_at"])
    op.create_table(
        "busy_spans",
        sa.Column("calendar_no", BIG_ID, nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_busy_spans_takes_time"),
        sa.ForeignKeyConstraint(
            ["calendar_no"], ["busy_calendars.id"], name="fk_busy_spans_calendar_no"
        ),
        sa.PrimaryKeyConstraint("calendar_no", "starts_at", name="pk_busy_spans"),
    )
    op.create_index("ix_busy_spans_person_id_starts_at", "busy_spans", ["person_id", "starts_at"])
    op.create_table(
        "suiting_times",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_suiting_times_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_suiting_times"),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_no", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("rhythm", sa.String(length=16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("proposals", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_polls_group_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_polls_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
    )
    op.create_index("ix_polls_group_id", "polls", ["group_id"])
    op.create_table(
        "poll_answers",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_poll_answers_person_id"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_answers_poll_id"),
        sa.PrimaryKeyConstraint("poll_id", "person_id", name="pk_poll_answers"),
    )


def downgrade() -> None:
    op.drop_table("poll_answers")
    op.drop_index("ix_polls_group_id", table_name="polls")
    op.drop_table("polls")
    op.drop_table("suiting_times")
    op.drop_index("ix_busy_spans_person_id_starts_at", table_name="busy_spans")
    op.drop_table("busy_spans")
    op.drop_index("ix_busy_calendars_next_attempt_at", table_name="busy_calendars")
    op.drop_table("busy_calendars")
