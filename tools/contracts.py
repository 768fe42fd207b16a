#!/usr/bin/env python3
"""Write the committed descriptions: event schemas, AsyncAPI 3 and OpenAPI 3.1 per service.

An event that changed incompatibly within its version is refused: give it a new version instead. A new
word of a closed list is refused, too, unless this version only knows it and the next one says it:
--unsaid. A route is refused likewise; --anyway writes it all the same, for one that no program can
have used yet.

Example: .venv/bin/python tools/contracts.py          # write
         .venv/bin/python tools/contracts.py --check  # only say whether they are current
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from alongside.describing.asyncapi import asyncapi
from alongside.host import create_services
from alongside.messaging.envelope import EVENT_TYPES
from alongside.settings import SERVICES, Settings
from alongside.testing.compatibility import breaks, breaks_api

ROOT = Path(__file__).parent.parent / "deploy"


def documents() -> dict[Path, dict[str, Any]]:
    """Return every document, by the file it is kept in."""
    made = {
        ROOT / "contracts" / f"{name}.json": kind.model_json_schema(mode="serialization")
        for name, kind in EVENT_TYPES.items()
    }
    made |= {ROOT / "asyncapi" / f"{name}.json": asyncapi(name) for name in SERVICES}
    return made | {ROOT / "openapi" / f"{name}.json": each for name, each in openapi().items()}


def openapi() -> dict[str, dict[str, Any]]:
    """Return the OpenAPI 3.1 document of each service."""
    with tempfile.TemporaryDirectory() as folder:
        services = create_services(Settings(data=Path(folder), base_url="http://127.0.0.1:8000"))
        return {name: json.loads(json.dumps(each.web.openapi())) for name, each in services.items()}


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--anyway", action="store_true", help="accept routes that break programs")
    parser.add_argument(
        "--unsaid", action="store_true", help="accept words of closed lists that nobody says yet"
    )
    said = parser.parse_args()
    checking, faults = said.check, []
    for path, document in documents().items():
        old = json.loads(path.read_text()) if path.exists() else None
        if old is not None and path.parent.name == "contracts":
            faults += [
                f"{path.stem} {broken}" for broken in breaks(old, document, unsaid=said.unsaid)
            ]
        if old is not None and path.parent.name == "openapi" and not said.anyway:
            faults += breaks_api(old, document)
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
