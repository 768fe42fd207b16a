"""`alongside import hours`, on a data folder as an operator has it."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from alongside.cli_support import console
from alongside_logbook.commands import app
from alongside_logbook.store.people import digest

pytestmark = pytest.mark.contract

RUN = CliRunner()
LOG = """When it was,Hours,Who,Notes
14/3/2025,1.5,Ona Outside,a secret
21/3/2025,1.5,Ona Outside,another
21/3/2025,1.5,Ona Outside,the same again
"""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said to people, on standard error."""
    lines: list[str] = []
    monkeypatch.setattr(console, "print", lambda *text, **_: lines.extend(map(str, text)))
    return lines


def query(data: Path, words: str) -> list[tuple[object, ...]]:
    engine = create_engine(f"sqlite:///{data / 'logbook.db'}")
    with engine.begin() as connection:
        found = connection.execute(text(words))
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def test_a_log_is_entered_and_taken_back(tmp_path, monkeypatch, said):
    data, log, left = tmp_path / "data", tmp_path / "log.csv", tmp_path / "left.csv"
    monkeypatch.setenv("ALONGSIDE_DATA", str(data))
    log.write_text(LOG)
    assert RUN.invoke(app, ["verify"]).exit_code == 0
    query(
        data,
        "INSERT INTO people (person_id, version, name, zone, roles, credentials, email_digest) "
        f"VALUES ('ann', 1, 'Ann', 'UTC', '[]', '[]', '{digest('ann@example.org')}')",
    )
    words = ["import", "hours", str(log), "--person", "ann@example.org", "--map", "date=1"]
    words += ["--map", "provider=who", "--address", "Ona Outside=ona@example.com"]
    shown = RUN.invoke(app, [*words, "--refused", str(left), "--dry-run"])
    assert shown.exit_code == 0
    assert "3 rows: 2 good, 1 left out; 3 h." in said
    assert "  row 4: The same as row 3." in said
    assert "The same as row 3." in left.read_text()
    assert query(data, "SELECT * FROM imports") == []
    done = RUN.invoke(app, words)
    assert done.exit_code == 0
    entered = "SELECT status, count(*), sum(minutes) FROM entries GROUP BY status"
    assert query(data, entered) == [("recorded", 2, 180)]
    undone = RUN.invoke(app, ["import", "hours", "--undo", done.stdout.strip()])
    assert undone.exit_code == 0
    assert query(data, entered) == [("withdrawn", 2, 180)]
