#!/usr/bin/env python3
"""Keep what this version says, so that later ones can be held to it: tests/contracts/recorded/.

A small association's life is lived, and each record that its services publish is written down, with
what the others know at the end. Recorded once for each release; a record is never changed.

Example: .venv/bin/python tools/record_events.py
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT / "tests")  # instead of this folder, which has another `contracts`

from alongside import __version__  # noqa: E402
from alongside.messaging.envelope import EVENT_TYPES  # noqa: E402
from alongside.observability.logging import configure_logging  # noqa: E402
from contracts import recording  # noqa: E402


def main() -> int:
    """Record; return the exit code."""
    configure_logging("error", "console")
    if (recording.FOLDER / f"{__version__}.jsonl").exists() and "--again" not in sys.argv:
        print(f"{__version__} is recorded; --again, if it was not released yet.", file=sys.stderr)
        return 1
    lines = asyncio.run(recording.record(__version__))
    kinds = Counter(json.loads(line)["headers"]["ce_type"] for line in lines)
    print(f"{len(lines)} records of {len(kinds)} kinds")
    if missing := sorted(EVENT_TYPES.keys() - kinds.keys()):
        print(f"Not said in this life: {', '.join(missing)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
