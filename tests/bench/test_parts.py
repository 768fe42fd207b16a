"""Every part of the benchmarks can be loaded, and is found by its name. Nothing is timed here."""

import importlib

import pytest
from bench.__main__ import PARTS, Bench, parser

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
