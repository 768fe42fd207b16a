"""Nobody is in two places: what each database refuses, and how."""

from sqlalchemy import DDL, event

from alongside_scheduler.store.tables.base import METADATA
from alongside_scheduler.store.tables.series import CommitmentRow

NO_OVERLAP = "ex_commitments_no_overlap"

POSTGRESQL_GUARD = """
ALTER TABLE commitments ADD CONSTRAINT ex_commitments_no_overlap EXCLUDE USING gist (
  int8range(person_no, person_no, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (active)
"""

# Nothing lasts a day, so only what begins within a day before can overlap: the guard looks at a few
# rows of its index, however long somebody has been here.
SQLITE_GUARDS = (
    """
CREATE TRIGGER ex_commitments_no_overlap_insert BEFORE INSERT ON commitments
WHEN NEW.active AND (NEW.ends_at > datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = NEW.series_id AND other.key = NEW.key)
))
BEGIN SELECT RAISE(ABORT, 'overlap'); END
""",
    """
CREATE TRIGGER ex_commitments_no_overlap_update BEFORE UPDATE ON commitments
WHEN NEW.active AND (NEW.ends_at > datetime(NEW.starts_at, '+1 day') OR EXISTS (
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
    AND NOT (other.series_id = OLD.series_id AND other.key = OLD.key)
))
BEGIN SELECT RAISE(ABORT, 'overlap'); END
""",
)


def _guard(statement: str, dialect: str) -> None:
    rule = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
    event.listen(
        METADATA.tables[CommitmentRow.__tablename__],
        "after_create",
        rule.execute_if(dialect=dialect),
    )


_guard(POSTGRESQL_GUARD, "postgresql")
for _statement in SQLITE_GUARDS:
    _guard(_statement, "sqlite")
