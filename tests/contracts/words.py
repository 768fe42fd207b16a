"""The lists of words that events carry, found by walking their schemas; and an example of each event."""

from collections.abc import Iterator
from typing import Any

from alongside.contracts.event import KNOWN_WORDS
from alongside.messaging.envelope import EVENT_TYPES

UNKNOWN = "of_tomorrow"
Path = tuple[str | int, ...]


def lists_in(kind: str) -> Iterator[tuple[str, bool, Path]]:
    """Yield each list of words in an event: the field's name, whether it is open, and the way to it."""
    whole = EVENT_TYPES[kind].model_json_schema(mode="serialization")
    yield from _lists(whole, whole["title"], (), whole)


def _lists(
    at: dict[str, Any], name: str, path: Path, whole: dict[str, Any]
) -> Iterator[tuple[str, bool, Path]]:
    if "$ref" in at:
        title = at["$ref"].rsplit("/", 1)[1]
        yield from _lists(whole["$defs"][title], title, path, whole)
    for field, inner in at.get("properties", {}).items():
        if path or field != "type":
            yield from _lists(inner, f"{at['title']}.{field}", (*path, field), whole)
    for inner in (*at.get("anyOf", ()), *at.get("prefixItems", ())):
        yield from _lists(inner, name, path, whole)
    if "items" in at:
        yield from _lists(at["items"], name, (*path, 0), whole)
    if KNOWN_WORDS in at or "enum" in at or "const" in at:
        yield name, KNOWN_WORDS in at, path


VALUES = {
    "boolean": True, "date": "2026-03-04", "date-time": "2026-03-04T09:00:00Z", "integer": 3,
    "string": "some",
}  # fmt: skip


def _example(at: dict[str, Any], whole: dict[str, Any]) -> Any:
    """Return a value of a schema in which everything that may be there is there."""
    if "$ref" in at:
        return _example(whole["$defs"][at["$ref"].rsplit("/", 1)[1]], whole)
    if "anyOf" in at:
        return _example(at["anyOf"][0], whole)
    if words := at.get("enum", [at["const"]] if "const" in at else at.get(KNOWN_WORDS)):
        return words[0]
    if "properties" in at:
        return {name: _example(each, whole) for name, each in at["properties"].items()}
    return [_example(at["items"], whole)] if "items" in at else VALUES[at.get("format", at["type"])]


def example(kind: str) -> dict[str, Any]:
    """Return the body of an event in which everything that may be there is there."""
    schema = EVENT_TYPES[kind].model_json_schema(mode="serialization")
    return _example(schema, schema)


def say(body: dict[str, Any], path: Path, word: str = UNKNOWN) -> bool:
    """Set a word in a body, in the first of several; False where nothing is said there."""
    *steps, last = path
    inside: Any = body
    for step in steps:
        inside = inside[step] if step != 0 or inside else None
        if inside is None:
            return False
    if not inside or (last != 0 and inside[last] is None):
        return False
    inside[last] = word
    return True
