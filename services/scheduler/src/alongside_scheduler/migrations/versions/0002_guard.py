"""Room around sessions: a commitment ends when the person is free again, and the guard knows it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

POSTGRESQL_GUARD = """
ALTER TABLE commitments
ADD CONSTRAINT ck_commitments_within_a_day CHECK (free_from < starts_at + interval '24 hours'),
ADD CONSTRAINT ex_commitments_no_overlap EXCLUDE USING gist (
  int8range(person_no, person_no, '[]') WITH &&,
  tstzrange(starts_at, free_from) WITH &&
) WHERE (active)
"""

POSTGRESQL_GUARD_BEFORE = """
ALTER TABLE commitments ADD CONSTRAINT ex_commitments_no_overlap EXCLUDE USING gist (
  int8range(person_no, person_no, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (active)
"""

SQLITE_GUARD = """
CREATE TRIGGER ex_commitments_no_overlap_{name} BEFORE {verb} ON commitments
WHEN NEW.active AND (NEW.free_from >= datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.free_from AND NEW.starts_at < other.free_from
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = {itself}.series_id AND other.key = {itself}.key)
))
BEGIN
  SELECT CASE WHEN NEW.free_from >= datetime(NEW.starts_at, '+1 day')
    THEN RAISE(ABORT, 'within_a_day') ELSE RAISE(ABORT, 'ex_commitments_no_overlap') END;
END
"""

SQLITE_GUARD_BEFORE = """
CREATE TRIGGER ex_commitments_no_overlap_{name} BEFORE {verb} ON commitments
WHEN NEW.active AND (NEW.ends_at > datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = {itself}.series_id AND other.key = {itself}.key)
))
BEGIN SELECT RAISE(ABORT, 'overlap'); END
"""

_VERBS = (("insert", "INSERT", "NEW"), ("update", "UPDATE", "OLD"))
_COLUMNS = "person_no, series_id, key, starts_at, ends_at, active"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(with_room=True)
        return
    op.add_column("commitments", sa.Column("free_from", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE commitments SET free_from = ends_at")
    op.alter_column("commitments", "free_from", nullable=False)
    op.create_check_constraint(
        op.f("ck_commitments_room_after"), "commitments", "ends_at <= free_from"
    )
    op.execute("ALTER TABLE commitments DROP CONSTRAINT ex_commitments_no_overlap")
    op.execute(POSTGRESQL_GUARD)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(with_room=False)
        return
    op.execute("ALTER TABLE commitments DROP CONSTRAINT ex_commitments_no_overlap")
    op.drop_constraint(op.f("ck_commitments_within_a_day"), "commitments")
    op.drop_constraint(op.f("ck_commitments_room_after"), "commitments")
    op.drop_column("commitments", "free_from")
    op.execute(POSTGRESQL_GUARD_BEFORE)


def _made_anew(*, with_room: bool) -> None:
    """Make the table again with or without the column: SQLite cannot change one in place."""
    op.drop_index("ix_commitments_series_id_key", table_name="commitments")
    op.drop_index("ix_commitments_person_no_starts_at", table_name="commitments")
    for name, _, _ in _VERBS:
        op.execute(f"DROP TRIGGER ex_commitments_no_overlap_{name}")
    op.rename_table("commitments", "commitments_before")
    room = [
        sa.Column("free_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at <= free_from", name=op.f("ck_commitments_room_after")),
    ]
    op.create_table(
        "commitments",
        sa.Column("person_no", BIG_ID, nullable=False),
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *(room if with_room else ()),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_commitments_takes_time")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name="fk_commitments_person_no"
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_commitments_series_id"),
        sa.PrimaryKeyConstraint("person_no", "series_id", "key", name="pk_commitments"),
    )
    into, of = (", free_from", ", ends_at") if with_room else ("", "")
    op.execute(
        f"INSERT INTO commitments ({_COLUMNS}{into}) "  # noqa: S608  # constants
        f"SELECT {_COLUMNS}{of} FROM commitments_before"
    )
    op.drop_table("commitments_before")
    op.create_index(
        "ix_commitments_person_no_starts_at",
        "commitments",
        ["person_no", "starts_at"],
        sqlite_where=sa.text("active"),
    )
    op.create_index("ix_commitments_series_id_key", "commitments", ["series_id", "key"])
    guard = SQLITE_GUARD if with_room else SQLITE_GUARD_BEFORE
    for name, verb, itself in _VERBS:
        op.execute(guard.format(name=name, verb=verb, itself=itself))
