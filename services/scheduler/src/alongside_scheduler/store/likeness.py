"""Patterns for LIKE, in which what people typed stands for itself."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped


def escaped(text: str) -> str:
    """Return a text in which `%` and `_` are no wildcards, for LIKE with a backslash as escape."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def begins_a_word(column: Mapped[str], words: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return conditions on folded text (see `domain.search`): each of the words begins a word in it."""
    return [column.like(f"% {escaped(word)}%", escape="\\") for word in words]
