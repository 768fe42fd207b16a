"""What the calendar pages and the search read without reading whole series."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from alongside_scheduler.domain.search import folded

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("people", "groups", "series"):
        op.add_column(table, sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_people_search_text", "people", ["search_text"], unique=False)
    for name, length in (
        ("title", 200),
        ("kind", 16),
        ("purpose", 16),
        ("zone", 64),
        ("provider_id", 64),
    ):
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("series", column)
    op.add_column(
        "series",
        sa.Column("co_provider_ids", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "occurrences",
        sa.Column("moved", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("occurrences", sa.Column("provider_id", sa.String(length=64), nullable=True))
    op.add_column("occurrences", sa.Column("changed_at", INSTANT, nullable=True))
    op.create_table(
        "recorded",
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=13), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "key", name="pk_recorded"),
    )
    _fill()


def downgrade() -> None:
    op.drop_table("recorded")
    for name in ("changed_at", "provider_id", "moved"):
        op.drop_column("occurrences", name)
    for name in ("co_provider_ids", "provider_id", "zone", "purpose", "kind", "title"):
        op.drop_column("series", name)
    op.drop_index("ix_people_search_text", table_name="people")
    for table in ("series", "groups", "people"):
        op.drop_column(table, "search_text")


def _fill() -> None:
    """Write into the new columns what is known already."""
    connection = op.get_bind()
    for table in ("people", "groups"):
        rows = sa.table(table, sa.column("id"), sa.column("name"), sa.column("search_text"))
        known = connection.execute(sa.select(rows.c.id, rows.c.name)).all()
        _write(rows, [{"at_id": at, "search_text": folded(name)} for at, name in known], "id")
    series = sa.table(
        "series",
        *map(
            sa.column,
            [
                "id",
                "state",
                "title",
                "kind",
                "purpose",
                "zone",
                "provider_id",
                "co_provider_ids",
                "search_text",
            ],
        ),
    )
    occurrences = sa.table(
        "occurrences",
        sa.column("series_id"),
        sa.column("key"),
        sa.column("moved", sa.Boolean()),
        sa.column("provider_id"),
        sa.column("changed_at", INSTANT),
    )
    for at, text in connection.execute(sa.select(series.c.id, series.c.state)).all():
        state = json.loads(text)
        _write(series, [_of_series(at, state)], "id")
        facts = [_of_occurrence(at, each) for each in state["occurrences"]]
        _write(occurrences, facts, "series_id", "key")


def _write(table: Any, rows: list[dict[str, Any]], *keys: str) -> None:
    if not rows:
        return
    fits = sa.and_(*(table.c[key] == sa.bindparam(f"at_{key}") for key in keys))
    values = {name: sa.bindparam(name) for name in rows[0] if not name.startswith("at_")}
    op.get_bind().execute(sa.update(table).where(fits).values(values), rows)


def _of_series(at: str, state: dict[str, Any]) -> dict[str, Any]:
    return {
        "at_id": at,
        "title": state["title"],
        "kind": state["kind"],
        "purpose": state.get("purpose", "rsc"),
        "zone": state["zone"],
        "provider_id": state["provider_id"],
        "co_provider_ids": json.dumps(state.get("co_provider_ids", []), separators=(",", ":")),
        "search_text": folded(state["title"]),
    }


def _of_occurrence(at: str, each: dict[str, Any]) -> dict[str, Any]:
    changed = each.get("changed_at")
    moment = datetime.fromisoformat(changed).astimezone(UTC) if changed else None
    if moment is not None and op.get_bind().dialect.name == "sqlite":
        moment = moment.replace(tzinfo=None)
    return {
        "at_series_id": at,
        "at_key": each["key"],
        "moved": bool(each.get("moved")),
        "provider_id": each.get("provider_id"),
        "changed_at": moment,
    }
