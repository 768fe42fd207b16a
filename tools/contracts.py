#!/usr/bin/env python3
"""Write the committed descriptions: event schemas, AsyncAPI 3 and OpenAPI 3.1 per service.

An event that changed incompatibly within its version is refused: give it a new version instead.

Example: .venv/bin/python tools/contracts.py          # write
         .venv/bin/python tools/contracts.py --check  # only say whether they are current
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from alongside.contracts import ANSWERS, HOURS, PEOPLE, SESSIONS
from alongside.host import create_services
from alongside.messaging.envelope import EVENT_TYPES
from alongside.settings import Settings
from alongside.testing.compatibility import breaks

ROOT = Path(__file__).parent.parent / "deploy"
SAYS = {"scheduler": (PEOPLE, SESSIONS), "logbook": (HOURS,), "notifier": (ANSWERS,)}
HEARS = {
    "scheduler": (ANSWERS, HOURS),
    "logbook": (PEOPLE, SESSIONS),
    "notifier": (PEOPLE, SESSIONS, HOURS),
}


def documents() -> dict[Path, dict[str, Any]]:
    """Return every document, by the file it is kept in."""
    made = {
        ROOT / "contracts" / f"{name}.json": kind.model_json_schema(mode="serialization")
        for name, kind in EVENT_TYPES.items()
    }
    made |= {ROOT / "asyncapi" / f"{name}.json": asyncapi(name) for name in SAYS}
    return made | {ROOT / "openapi" / f"{name}.json": each for name, each in openapi().items()}


def openapi() -> dict[str, dict[str, Any]]:
    """Return the OpenAPI 3.1 document of each service."""
    with tempfile.TemporaryDirectory() as folder:
        services = create_services(Settings(data=Path(folder), base_url="http://127.0.0.1:8000"))
        return {name: json.loads(json.dumps(each.web.openapi())) for name, each in services.items()}


def asyncapi(service: str) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of one service."""
    topics = sorted({*SAYS[service], *HEARS[service]})
    messages = {
        name: {
            "name": name,
            "contentType": "application/json",
            "summary": (kind.__doc__ or "").split("\n")[0],
            "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
            "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12",
                        "schema": kind.model_json_schema(mode="serialization")},
        }
        for name, kind in sorted(EVENT_TYPES.items())
        if kind.topic in topics
    }  # fmt: skip
    channels = {
        topic: {
            "address": topic,
            "bindings": {"kafka": {"topic": topic, "partitions": 6}},
            "messages": {
                name: {"$ref": f"#/components/messages/{name}"}
                for name in messages
                if EVENT_TYPES[name].topic == topic
            },
        }
        for topic in topics
    }
    operations = {
        f"{action} {topic}": {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}
        for action, heard in (("send", SAYS[service]), ("receive", HEARS[service]))
        for topic in heard
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Alongside {service}", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"CloudEventHeaders": HEADERS}},
    }


HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0, binary mode.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "traceparent": {"type": "string"},
    },
}


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    checking = parser.parse_args().check
    faults = []
    for path, document in documents().items():
        old = json.loads(path.read_text()) if path.exists() else None
        if old is not None and path.parent.name == "contracts":
            faults += [f"{path.stem}{broken}" for broken in breaks(old, document)]
        if checking and old != document:
            faults.append(f"{path.relative_to(ROOT.parent)} is not current: run tools/contracts.py")
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    if not checking:
        for path, document in documents().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
