"""Every part of the benchmarks can be loaded, and is found by its name. Nothing is timed here."""

import importlib
import sys

import pytest
from bench.__main__ import PARTS, Bench, main, parser

from alongside.stack.process import StackError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_there(part):
    importlib.import_module(f"bench.{part}")
    assert callable(getattr(Bench(), part))


def test_without_arguments_everything_is_measured():
    assert parser().parse_args([]).part == list(PARTS)


def test_parts_are_chosen_by_name():
    assert parser().parse_args(["start", "feeds"]).part == ["start", "feeds"]


def test_an_unknown_part_is_refused_with_the_names_there_are(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["nonsense"])
    said = capsys.readouterr().err
    assert all(part in said for part in PARTS)


def test_one_part_stops_no_other(monkeypatch, capfd):
    """Neither that it fails, nor that it does not end."""
    scripts = {
        "start": "raise SystemExit('it broke')",
        "feeds": "import time; time.sleep(60)",
        "hours": "print('figures')",
    }
    monkeypatch.setattr(
        "bench.__main__._words", lambda name: [sys.executable, "-I", "-S", "-c", scripts[name]]
    )
    assert main([*scripts, "--longest", "0.5"]) == 1
    said = capfd.readouterr()
    assert "hours (3 of 3)" in said.out
    assert "figures" in said.out
    assert "not measured: feeds was not done after 0.5 s" in said.out
    assert "FAILED: start ended with 1" in said.out
    assert "it broke" in said.err


def test_what_cannot_run_here_is_said(monkeypatch, capsys):
    def cannot(bench):
        with bench._noting("what needs a server"):
            message = "there is no server"
            raise StackError(message)

    monkeypatch.setattr(Bench, "feeds", cannot)
    monkeypatch.setattr("bench.__main__.configure_logging", lambda *_words: None)
    assert main(["feeds"]) == 0
    assert "not measured: what needs a server: there is no server" in capsys.readouterr().out
