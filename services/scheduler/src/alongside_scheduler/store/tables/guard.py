"""Nobody is in two places: what each database refuses, and how."""

from sqlalchemy import DDL, event

from alongside_scheduler.store.tables.base import METADATA
from alongside_scheduler.store.tables.series import CommitmentRow

NO_OVERLAP = "ex_commitments_no_overlap"

POSTGRESQL_GUARD = """
ALTER TABLE commitments
ADD CONSTRAINT ck_commitments_within_a_day CHECK (free_from < starts_at + interval '24 hours'),
ADD CONSTRAINT ex_commitments_no_overlap EXCLUDE USING gist (
  int8range(person_no, person_no, '[]') WITH &&,
  tstzrange(starts_at, free_from) WITH &&
) WHERE (active)
"""

# Nothing takes a day, so only what begins within a day before can overlap: the guard looks at a few
# rows of its index, however long somebody has been here. Writers come one after the other (each
# transaction begins as a writer), so what the trigger does not see yet cannot be there.
_OVERLAPS = """
  SELECT 1 FROM commitments AS other
  WHERE other.person_no = NEW.person_no AND other.active
    AND other.starts_at < NEW.free_from AND NEW.starts_at < other.free_from
    AND other.starts_at > datetime(NEW.starts_at, '-1 day')
"""
_REFUSE = """
BEGIN
  SELECT CASE WHEN NEW.free_from >= datetime(NEW.starts_at, '+1 day')
    THEN RAISE(ABORT, 'within_a_day') ELSE RAISE(ABORT, 'ex_commitments_no_overlap') END;
END
"""
SQLITE_GUARDS = tuple(
    f"""
CREATE TRIGGER ex_commitments_no_overlap_{verb.lower()} BEFORE {verb} ON commitments
WHEN NEW.active AND (NEW.free_from >= datetime(NEW.starts_at, '+1 day') OR EXISTS ({_OVERLAPS}
    AND NOT (other.series_id = {itself}.series_id AND other.key = {itself}.key)
)){_REFUSE}"""  # made of these words alone
    for verb, itself in (("INSERT", "NEW"), ("UPDATE", "OLD"))
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
