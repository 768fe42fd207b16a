"""Every part of the benchmarks can be loaded, and is found by its name. Nothing is timed here."""

import importlib
import time

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


def test_one_part_stops_no_other(monkeypatch, capsys):
    """Neither that it fails, nor that it cannot run here, nor that it does not end."""

    def fails(_bench):
        message = "it broke"
        raise RuntimeError(message)

    def cannot(bench):
        with bench._noting("what needs a server"):
            message = "there is no server"
            raise StackError(message)

    done = []
    for part, work in {
        "start": fails,
        "feeds": cannot,
        "booking": lambda _bench: time.sleep(60),
        "hours": lambda _bench: done.append("hours"),
    }.items():
        monkeypatch.setattr(Bench, part, work)
    monkeypatch.setattr("bench.__main__.configure_logging", lambda *_words: None)
    assert main(["start", "feeds", "booking", "hours", "--longest", "0.2"]) == 1
    said = capsys.readouterr()
    assert done == ["hours"]
    assert "hours (4 of 4)" in said.out
    assert "not measured: what needs a server: there is no server" in said.out
    assert "not measured: booking: not done after 0.2 s" in said.out
    assert "FAILED: start" in said.out
    assert "it broke" in said.err
