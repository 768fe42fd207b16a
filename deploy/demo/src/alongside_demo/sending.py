"""What somebody sends to a route as it is: for what has no story of its own to tell."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from alongside_demo.steps import Step

_NAME = re.compile(r"\{(\w+:[\w-]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Step):
    """A request. `{person:ruth}` in its path or body stands for what the installation calls Ruth."""

    path: str
    body: Any = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    service: Literal["scheduler", "logbook", "notifier"] = "scheduler"
    keeps: tuple[tuple[str, str], ...] = ()
    """Names for what is in the answer, and where: `("series:visits", "series_id")`."""


def filled(said: Any, call_of: Callable[[str], str]) -> Any:
    """Return a path or body with every name replaced."""
    if isinstance(said, str):
        return _NAME.sub(lambda found: call_of(found.group(1)), said)
    if isinstance(said, dict):
        return {name: filled(value, call_of) for name, value in said.items()}
    if isinstance(said, (list, tuple)):
        return [filled(value, call_of) for value in said]
    return said


def found(answer: Any, where: str) -> str:
    """Return what stands at a place in an answer, such as `found.0.proposal`."""
    for part in where.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return str(answer)
