"""Parked records by the command line: seen in a line each, tried again, put away."""

import json
import sqlite3

import pytest
from typer.testing import CliRunner

from alongside.cli import build

pytestmark = pytest.mark.unit

BROKEN = [["ce_id", "e-1"], ["ce_type", "alongside.sessions.SeriesScheduled.v1"],
          ["ce_time", "2026-03-02T15:00:00+00:00"]]  # fmt: skip
UNKNOWN = [BROKEN[0], ["ce_type", "alongside.sessions.NotYet.v1"], BROKEN[2]]


def test_what_is_broken_says_why_in_a_line_and_is_put_away_and_what_is_mended_is_taken_in(
    house, monkeypatch
):
    data = house.settings.data
    monkeypatch.setenv("ALONGSIDE_DATA", str(data))

    def said(*words: str, code: int = 0) -> list[str]:
        answer = CliRunner().invoke(build(), ["dead-letters", *words])
        assert answer.exit_code == code, answer.output
        return answer.output.splitlines()

    assert said("list") == ["Nothing is parked."]
    row = ("logbook-sessions", "alongside.sessions.v1", b"s-1", b'{"series": {"title": "Bo"}}')
    with sqlite3.connect(data / "logbook.db") as database:
        for number, (headers, error) in enumerate(
            [(BROKEN, "UnreadableRecord: 2 errors\nid\n  Field required [type=missing, input='Bo']"),
             (UNKNOWN, "ValueError: not now")], 1
        ):  # fmt: skip
            raw = [[name, value.encode().hex()] for name, value in headers]
            database.execute(
                "INSERT INTO dead_letters (consumer, topic, key, payload, position, headers, error,"
                " parked_at) VALUES (?, ?, ?, ?, ?, ?, ?, '2026-03-02 15:00:00.000000')",
                (*row, f"0/{number}", json.dumps(raw), error),
            )
    lines = said("list")
    assert len(lines) == 2
    assert "2 errors: id: Field required" in lines[0]
    assert "Bo" not in lines[0]
    assert "0/2  2026-03-02 15:00 UTC  ValueError: not now" in lines[1]

    words = " ".join(said("replay", "logbook", code=1))
    assert "logbook 1: it failed again: " in words
    assert "logbook 2: taken in" in words
    assert "1 of them stay parked" in words
    said("replay", "logbook", "99", code=1)
    said("put-away", "logbook", "1")
    said("put-away", "logbook", "1", code=1)
    assert said("list") == ["Nothing is parked."]
    with sqlite3.connect(data / "logbook.db") as database:
        kept = database.execute("SELECT error FROM dead_letters WHERE id = 1").fetchone()[0]
    assert kept.startswith("Put away by hand on 20")
    assert "UnreadableRecord" in kept
