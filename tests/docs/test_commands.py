"""The command line teaches itself, and knows where the program listens."""

import pytest
import typer

from alongside.cli import build
from alongside.cli_support import load_settings

pytestmark = pytest.mark.unit


def _commands(command, name):
    yield name, command.help or ""
    for word, each in getattr(command, "commands", {}).items():
        yield from _commands(each, f"{name} {word}")


def test_every_command_has_an_example_in_its_help():
    helps = dict(_commands(typer.main.get_command(build()), "alongside"))
    assert len(helps) > 30
    assert [name for name, text in helps.items() if "Example" not in text] == []


def test_commands_know_the_port_that_was_chosen_and_whoever_listens_is_free(tmp_path, monkeypatch):
    monkeypatch.setenv("ALONGSIDE_DATA", str(tmp_path))
    for name in ("PORT", "BASE_URL"):
        monkeypatch.delenv(f"ALONGSIDE_{name}", raising=False)
    assert load_settings().origin == "http://127.0.0.1:8000"
    (tmp_path / "port").write_text("8412")
    assert load_settings().origin == "http://127.0.0.1:8412"
    assert load_settings(listens=True).port == 8000
    monkeypatch.setenv("ALONGSIDE_PORT", "8413")
    assert load_settings().port == 8413
