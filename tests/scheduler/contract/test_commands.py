"""The command line, on a data folder of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alongside.cli import build
from alongside.zones import tzdata_version

pytestmark = pytest.mark.contract


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALONGSIDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ALONGSIDE_PORT", "8123")
    app = build()

    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == code, result.output
        return result.stdout

    assert tzdata_version()
    return call


def test_people_tokens_and_links(run):
    added = run("person", "add", "--name", "Ada", "--email", "ada@example.org", "--role", "coordinator",
                "--role", "supervisor", "--zone", "America/Chicago")  # fmt: skip
    people = json.loads(run("person", "list", "--json"))
    assert [(each["person_id"], each["name"]) for each in people] == [(added.strip(), "Ada")]
    assert people[0]["roles"] == ["supervisor", "coordinator"]
    assert json.loads(run("person", "list", "--json", "--role", "supervisee")) == []
    assert "ada@example.org" in run("person", "list")
    token = run("token", "ada@example.org", "--read-only", "--days", "3")
    assert token.count("\n") == 1
    assert token.count(".") == 2
    link = run("sign-in", "ADA@example.org")
    assert link.startswith("http://127.0.0.1:8123/sign-in/")
    person = json.loads(
        run(
            "person",
            "add",
            "--name",
            "Ben",
            "--email",
            "ben@example.org",
            "--json",
            "--pursuing",
            "IFS",
        )
    )
    assert person["zone"] == "UTC"
    found = json.loads(run("zones", "--json"))
    assert found == {"tzdata": tzdata_version(), "to_look_at": 0, "moves": [], "collisions": []}
    assert run("zones").startswith(f"Time-zone database {tzdata_version()}.")


def test_refusals_are_one_line_and_change_nothing(run):
    run("person", "add", "--name", "", "--email", "x", "--zone", "Mars/X", code=1)
    run("token", "nobody@example.org", code=1)
    run("sign-in", "nobody@example.org", code=1)
    run("person", "list", "--role", "boss", code=1)
    assert json.loads(run("person", "list", "--json")) == []


@pytest.mark.parametrize(
    "command", [("person", "list"), ("person", "add"), ("token",), ("sign-in",)]
)
def test_help_teaches(run, command):
    assert "Example: alongside" in run(*command, "--help")
