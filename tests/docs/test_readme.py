"""The README says what is: its settings, its commands, its pictures."""

import importlib.util
import re
from pathlib import Path

import pytest
from typer.main import get_command

from alongside.cli import build

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_settings_table_is_that_of_the_settings_class():
    path = ROOT / "tools" / "settings_table.py"
    spec = importlib.util.spec_from_file_location("settings_table", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.with_table(README) == README, "run tools/settings_table.py"


def test_every_command_it_names_exists_and_teaches_by_example():
    app = get_command(build())
    named = set(re.findall(r"^alongside ([a-z-]+)", README, re.MULTILINE))
    assert named <= set(app.commands)


def commands(group, path=()):
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("name", "command"), list(commands(get_command(build()))))
def test_every_command_has_help_with_an_example(name, command):
    assert "Example" in (command.help or ""), f"alongside {name} --help shows no example"
    assert f"alongside {name}" in " ".join((command.help or "").split())


def test_every_make_target_it_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_picture_it_shows_is_there():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture
