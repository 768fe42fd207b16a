"""Other people's programs, asked about calendars of ours. `tools/judges` brings what is no system's package."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = ROOT / ".cache" / "judges" / "node"
PROGRAMS = ROOT / ".cache" / "judges" / "programs" / "bin"
SYSTEM_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class Verdict:
    """What a program made of a calendar. Instances: (uid, start, end, status, summary, location)."""

    error: str
    method: str | None
    instances: list[tuple[str, int, int, str, str, str]]


@dataclass(frozen=True)
class Checked:
    """What libical finds wrong, and the starts of each series in seconds."""

    error: str
    starts: dict[str, list[int]]


def missing(what: str, how: str) -> None:
    """Skip with the reason, or fail where everything must be there."""
    said = f"{what}: {how}"
    if os.environ.get("TESTS_NEED_ALL") == "1":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def libical(texts: Iterable[str]) -> list[Checked]:
    """Ask libical, through the system's Python."""
    asked = [SYSTEM_PYTHON, str(HERE / "libical.py")]
    if not Path(SYSTEM_PYTHON).exists() or _said(asked, [])[0]:
        missing("libical", "apt-get install gir1.2-ical-3.0 python3-gi")
    code, said, trouble = _said(asked, list(texts))
    assert code == 0, trouble
    return [Checked(**each) for each in json.loads(said)]


def javascript(texts: Iterable[str], *judges: str) -> list[dict[str, Verdict]]:
    """Ask `icaljs` and `nodeical`: each text, one process for all."""
    node = shutil.which("node")
    if node is None:
        missing("ical.js, node-ical", "apt-get install nodejs npm")
    if not (PACKAGES / "node_modules" / "ical.js").exists():
        missing("ical.js, node-ical", "tools/judges node")
    command = [str(node), str(HERE / "judge.mjs"), str(PACKAGES)]
    names = judges or ("icaljs", "nodeical")
    code, said, trouble = _said(command, {"judges": names, "texts": list(texts)})
    assert code == 0, trouble
    return [{name: _verdict(each[name]) for name in names} for each in json.loads(said)]


def program(name: str) -> str:
    """Return where a calendar program written in Python is."""
    path = PROGRAMS / name
    if not path.exists():
        missing(name, "tools/judges programs")
    return str(path)


def system_program(name: str, package: str) -> str:
    """Return where a program of the system's is."""
    path = shutil.which(name)
    if path is None:
        missing(name, f"apt-get install {package}")
    return str(path)


def _said(command: list[str], asked: object) -> tuple[int, str, str]:
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr[-3000:]


def _verdict(said: dict) -> Verdict:
    if "error" in said:
        return Verdict(said["error"], None, [])
    return Verdict("", said["method"], [tuple(each) for each in said["instances"]])
