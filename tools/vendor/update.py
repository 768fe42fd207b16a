"""Fetch what package.json names and copy the few files the pages and their tests use.

    python tools/vendor/update.py

Writes them under static/vendor/ (served) and tests/vendor/ (axe-core, tests only), each with a
VENDORED.json of version, licence and SHA-256 that a test compares with the files. Change a version
in package.json, run this, look at the difference, commit.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SERVED = ROOT / "shared/src/alongside/web/static/vendor"
SHEET = SERVED.parent / "alongside.css"
TESTS = ROOT / "tests/vendor"


@dataclass(frozen=True)
class Borrowed:
    """One file of one package, where it goes, and under which name its licence is kept."""

    package: str
    source: str
    target: Path
    licence: Path

    @property
    def shelf(self) -> Path:
        """The folder whose VENDORED.json speaks for this file."""
        return TESTS if self.target.is_relative_to(TESTS) else SERVED


def _font(family: str, file: str) -> Borrowed:
    return Borrowed(
        f"@fontsource-variable/{family}",
        f"files/{file}",
        SERVED / "fonts" / file,
        SERVED / "licences" / f"{family}.txt",
    )


BORROWED = (
    Borrowed("htmx.org", "dist/htmx.min.js", SERVED / "htmx.min.js", SERVED / "licences/htmx.txt"),
    _font("figtree", "figtree-latin-wght-normal.woff2"),
    _font("figtree", "figtree-latin-ext-wght-normal.woff2"),
    _font("fraunces", "fraunces-latin-soft-normal.woff2"),
    _font("fraunces", "fraunces-latin-ext-soft-normal.woff2"),
    Borrowed("axe-core", "axe.min.js", TESTS / "axe.min.js", TESTS / "licences/axe-core.txt"),
)


def sha256(path: Path) -> str:
    """Name a file by its content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(folder: Path) -> None:
    """Let npm install the pinned packages into a folder that is thrown away afterwards."""
    shutil.copy(HERE / "package.json", folder)
    subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"],
        cwd=folder,
        check=True,
    )


def copy(modules: Path, item: Borrowed) -> dict[str, str]:
    """Copy one file and its licence; return what VENDORED.json says about it."""
    package = modules / item.package
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    for source, target in (
        (package / item.source, item.target),
        (package / "LICENSE", item.licence),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    return {
        "file": item.target.relative_to(item.shelf).as_posix(),
        "package": item.package,
        "version": about["version"],
        "licence": about["license"],
        "licence_text": item.licence.relative_to(item.shelf).as_posix(),
        "sha256": sha256(item.target),
    }


def name_fonts_by_content(entries: list[dict[str, str]]) -> None:
    """Write each font's version into the sheet: the same address as the page's preload, kept for ever."""
    css = SHEET.read_text(encoding="utf-8")
    for entry in entries:
        name = re.escape(f"vendor/{entry['file']}")
        css = re.sub(rf"({name})(\?v=\w+)?", rf"\1?v={entry['sha256'][:12]}", css)
    SHEET.write_text(css, encoding="utf-8")


def main() -> None:
    """Renew both shelves."""
    for shelf in (SERVED, TESTS):
        shutil.rmtree(shelf, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch(folder)
        listed = [(item.shelf, copy(folder / "node_modules", item)) for item in BORROWED]
    for shelf in (SERVED, TESTS):
        entries = [entry for where, entry in listed if where == shelf]
        text = json.dumps(entries, indent=2) + "\n"
        name_fonts_by_content(entries)
        (shelf / "VENDORED.json").write_text(text, encoding="utf-8")
        for entry in entries:
            print(f"{entry['package']} {entry['version']}  {entry['file']}")


if __name__ == "__main__":
    main()
