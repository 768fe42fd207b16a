#!/usr/bin/env python3
"""Write the settings table of the README from the settings class.

Example: .venv/bin/python tools/settings_table.py
"""

import re
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from alongside.settings import Settings

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- settings:.*?-->\n).*?(<!-- /settings -->)", re.DOTALL)


def table() -> str:
    """Return the table, one row a setting."""
    rows = [
        f"| `ALONGSIDE_{name.upper()}` | {default_of(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]) + "\n"


def default_of(field: FieldInfo) -> str:
    """Return a default as people write it in the environment."""
    value = field.default
    if value in (None, "", ()) or isinstance(value, SecretStr):
        return ""
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return f"`{value}`"


def with_table(readme: str) -> str:
    """Return the README with the current table in it."""
    return BLOCK.sub(lambda found: found[1] + table() + found[2], readme)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
