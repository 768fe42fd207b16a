"""What is borrowed is exactly what was recorded, and its licence lies beside it."""

import hashlib
import json
import re

import pytest
from shell_site import HERE, STATIC

pytestmark = pytest.mark.unit

SHELVES = [STATIC / "vendor", HERE.parents[1] / "vendor"]
PACKAGES = HERE.parents[2] / "tools/vendor/package.json"


@pytest.mark.parametrize("shelf", SHELVES, ids=["served", "tests"])
def test_every_file_is_recorded_and_unchanged(shelf):
    entries = json.loads((shelf / "VENDORED.json").read_text())
    wanted = json.loads(PACKAGES.read_text())["dependencies"]
    for entry in entries:
        assert hashlib.sha256((shelf / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert wanted[entry["package"]] == entry["version"]
        assert (shelf / entry["licence_text"]).stat().st_size > 200
    recorded = {entry["file"] for entry in entries} | {entry["licence_text"] for entry in entries}
    there = {p.relative_to(shelf).as_posix() for p in shelf.rglob("*") if p.is_file()}
    assert there == recorded | {"VENDORED.json"}


def test_the_sheet_names_its_fonts_by_their_content():
    css = (STATIC / "alongside.css").read_text()
    fonts = re.findall(r'url\("(vendor/[^"?]+)\?v=(\w+)"\)', css)
    assert len(fonts) == css.count("url(") == 4
    for name, version in fonts:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest().startswith(version)
