"""What a version says, kept for later ones: every record of a small life, and what it leads to."""

import json
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from alongside.host import Host
from alongside.messaging.envelope import EVENT_TYPES, Envelope
from contracts.life import lived

FOLDER = Path(__file__).parent / "recorded"

COPIES: dict[str, dict[str, tuple[str, ...]]] = {
    "scheduler": {
        "answers": ("series_id", "key", "person_id", "answer"),
        "progress": ("supervisee_id", "version", "category", "counted_minutes", "pending_minutes"),
        "recorded": ("series_id", "key"),
    },
    "logbook": {
        "association": ("association_id", "version", "name"),
        "people": ("person_id", "version", "name", "zone", "pursuing", "pursuing_since"),
        "series": ("series_id", "version", "group_id"),
        "sessions": (
            "series_id",
            "key",
            "starts_at",
            "held_on",
            "scheduled_minutes",
            "roster_size",
        ),
        "series_people": ("series_id", "person_id", "part"),
    },
    "notifier": {
        "association": ("id", "version", "name"),
        "people": ("id", "version", "email"),
        "series": ("id", "version", "uid"),
        "entries": ("id", "version", "status", "awaits", "supervisee_id", "minutes", "held_on"),
        "standings": ("id", "version", "category", "counted_minutes", "pending_minutes"),
        "deadlines": ("id", "version", "day"),
    },
}
"""What services keep of what others said, as far as it is said by events alone."""


async def copies_of(host: Host) -> dict[str, list[list[str]]]:
    """Return what the services of an installation know of each other, in one order."""
    found = {}
    for service, tables in COPIES.items():
        app = next(each for name, each in host.services.items() if name == service)
        async with app.database.read() as session:
            for name, columns in tables.items():
                table = app.database.plumbing.metadata.tables[name]
                rows = await session.execute(select(*(table.c[each] for each in columns)))
                said = sorted([str(value) for value in row] for row in rows.all())
                found[f"{service}.{name}"] = said
    return found


def line_of(envelope: Envelope) -> str:
    """Return a record as one line."""
    record = {
        "topic": envelope.topic,
        "key": envelope.key,
        "headers": envelope.headers(),
        "value": json.loads(envelope.payload),
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def listen(host: Host) -> list[str]:
    """Listen to the bus of an installation from now on."""
    lines: list[str] = []
    publish = host.bus.publish

    async def listening(envelope: Envelope) -> None:
        lines.append(line_of(envelope))
        await publish(envelope)

    host.bus.publish = listening  # type: ignore[method-assign]
    return lines


async def record(version: str) -> list[str]:
    """Live, and keep what was said and what came of it; return the lines."""
    with tempfile.TemporaryDirectory() as folder:
        async with lived(Path(folder), listen=listen) as life:
            lines = life.lines
            expected = await copies_of(life.host)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{version}.jsonl").write_text("\n".join(lines) + "\n")
    (FOLDER / f"{version}.copies.json").write_text(json.dumps(expected, indent=1) + "\n")
    schemas = [
        f"{json.dumps(name)}: {json.dumps(schema, ensure_ascii=False, separators=(',', ':'))}"
        for name, schema in sorted(schemas_of().items())
    ]
    (FOLDER / f"{version}.schemas.json").write_text("{\n" + ",\n".join(schemas) + "\n}\n")
    return lines


def schemas_of() -> dict[str, Any]:
    """Return what each type of event looks like, as it is committed and as readers go by it."""
    return {
        name: kind.model_json_schema(mode="serialization") for name, kind in EVENT_TYPES.items()
    }


def schemas(version: str) -> dict[str, Any]:
    """Return how a version read and wrote each type of event."""
    found: dict[str, Any] = json.loads((FOLDER / f"{version}.schemas.json").read_text())
    return found


def read(version: str) -> tuple[list[dict[str, Any]], dict[str, list[list[str]]]]:
    """Return what a version said, and what it led to."""
    lines = (FOLDER / f"{version}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines], json.loads(
        (FOLDER / f"{version}.copies.json").read_text()
    )
