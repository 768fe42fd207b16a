"""A migration only ever adds: the version before goes on serving on the same database."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from alongside.settings import SERVICES

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
FIRST = {"scheduler": "0002", "logbook": "0001", "notifier": "0001"}
"""The last step that was made before anybody used the program; from the next one on, steps add."""

TAKES_AWAY = {"drop_table", "drop_column", "rename_table"}
SAYS = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME|SET\s+NOT\s+NULL)\b", re.IGNORECASE)


def faults(source: str) -> list[str]:
    """Return what a migration does on its way up that the version before would stumble over."""
    return [f"line {line}: {what}" for line, what in _faults(_way_up(ast.parse(source)))]


def _way_up(module: ast.Module) -> list[ast.AST]:
    """Return `upgrade`, and every function that it calls."""
    functions = {each.name: each for each in module.body if isinstance(each, ast.FunctionDef)}
    reached, waiting = dict[str, ast.AST](), ["upgrade"]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in reached:
            reached[name] = functions[name]
            waiting += [
                each.func.id
                for each in ast.walk(functions[name])
                if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
            ]
    return list(reached.values())


def _faults(functions: list[ast.AST]) -> Iterator[tuple[int, str]]:
    for function in functions:
        new_tables = {
            id(inner)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and _name(call) == "create_table"
            for inner in ast.walk(call)
        }
        for each in ast.walk(function):
            if isinstance(each, ast.Constant) and (found := SAYS.search(str(each.value))):
                yield each.lineno, found[0]
            if not isinstance(each, ast.Call):
                continue
            said = {word.arg: word.value for word in each.keywords}
            if _name(each) in TAKES_AWAY:
                yield each.lineno, _name(each)
            if _name(each) == "alter_column" and ({"new_column_name", "type_"} & said.keys()):
                yield each.lineno, "a column becomes another"
            if _name(each) == "alter_column" and _is(said.get("nullable"), value=False):
                yield each.lineno, "a column becomes required"
            new = _name(each) == "Column" and id(each) not in new_tables
            if new and _is(said.get("nullable"), value=False) and "server_default" not in said:
                yield each.lineno, "a new column is required and has no default"


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is(node: ast.AST | None, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize("service", SERVICES)
def test_every_step_since_the_first_only_adds(service):
    folder = ROOT / "services" / service / "src" / f"alongside_{service}" / "migrations/versions"
    steps = sorted(file for file in folder.glob("0*.py") if file.name[:4] > FIRST[service])
    assert steps
    found = {step.name: each for step in steps if (each := faults(step.read_text()))}
    assert not found, "expand now; what nobody uses goes one version later"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("op.drop_column('a', 'b')", "drop_column"),
        ("op.execute('ALTER TABLE a RENAME b TO c')", "RENAME"),
        ("op.alter_column('a', 'b', nullable=False)", "becomes required"),
        ("op.add_column('a', sa.Column('b', sa.Text(), nullable=False))", "no default"),
        ("op.add_column('a', sa.Column('b', sa.Text(), nullable=True))", None),
        ("op.add_column('a', sa.Column('b', sa.Text(), server_default='', nullable=False))", None),
        ("op.create_table('a', sa.Column('b', sa.Text(), nullable=False))", None),
    ],
)
def test_what_takes_away_is_found(line, words):
    for source in (
        f"def upgrade():\n    {line}\n",
        f"def upgrade():\n    _step()\n\ndef _step():\n    {line}\n",
    ):
        found = faults(source)
        assert not found if words is None else words in found[0]
    assert not faults(f"def upgrade():\n    pass\n\ndef downgrade():\n    {line}\n")
