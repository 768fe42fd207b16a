"""Parked records as an operator is shown them: what and why, and nothing of what they say."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from alongside.db.database import Database

MOST = 100
"""So many are shown at once, the oldest first; what was replayed makes room."""

_QUOTED = re.compile(r"^\s*(.*?)\s*\[type=\w+,.*\]$")
_LACKS = re.compile(r"KeyError\('(\w+)'\)$")
_MORE = re.compile(r"^\s*For further information visit \S+$")
_FIELDS = 3
"""So many fields that do not fit are named; where one is wrong many are, and one shows why."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One record that could not be handled."""

    number: int
    consumer: str
    topic: str
    position: str
    key: str
    type: str
    event_id: str
    reason: str
    parked_at: datetime


async def parked_in(database: Database) -> tuple[tuple[Parked, ...], int]:
    """Return what is parked in one service, at most `MOST`, and how many there are."""
    table = database.plumbing.dead_letters
    waits = table.c.replayed_at.is_(None)
    columns = [each for each in table.c if each.name != "payload"]
    async with database.read() as session:
        count = await session.scalar(select(func.count()).select_from(table).where(waits))
        rows = await session.execute(select(*columns).where(waits).order_by(table.c.id).limit(MOST))
    shown = []
    for row in rows:
        headers = _headers(row.headers)
        shown.append(
            Parked(
                number=row.id,
                consumer=row.consumer,
                topic=row.topic,
                position=row.position,
                key=(row.key or b"").decode(errors="replace"),
                type=headers.get("ce_type", "unknown"),
                event_id=headers.get("ce_id", "unknown"),
                reason=reason_of(row.error),
                parked_at=row.parked_at,
            )
        )
    return tuple(shown), count or 0


def reason_of(error: str) -> str:
    """Return why, without what the record says: an error quotes it.

    What does not fit its type is named field by field. Other errors are named by their kind alone;
    their words are for whoever has the command line (alongside dead-letters list).
    """
    kind, _, said = error.partition(": ")
    if kind != "UnreadableRecord":
        return kind
    said = _LACKS.sub(r"it has no header \1", said)
    first, *rest = [line for line in said.splitlines() if not _MORE.match(line)]
    # What follows are pairs of lines: the field, and why it does not fit, with what it held.
    fields, where = [], ""
    for line in rest:
        fits_not = _QUOTED.match(line)
        if fits_not is None:
            where = line.strip()
        else:
            fields.append(f"{where}: {fits_not[1]}" if where else fits_not[1])
            where = ""
    more = f" and {len(fields) - _FIELDS} more" if len(fields) > _FIELDS else ""
    return ": ".join(each for each in (first, "; ".join(fields[:_FIELDS]) + more) if each)[:400]


def _headers(stored: str) -> dict[str, str]:
    return {
        name: bytes.fromhex(value).decode(errors="replace")[:100]
        for name, value in json.loads(stored)
        if value is not None
    }
