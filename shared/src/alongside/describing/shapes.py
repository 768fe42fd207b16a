"""JSON schemas in the words of a page: fields, what each may be, and how much of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alongside.contracts.event import KNOWN_WORDS

Schema = Mapping[str, Any]

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
}
_FORMATS = {
    "date": "day, as 2026-03-02",
    "date-time": "moment, as 2026-03-02T15:00:00Z",
    "time": "time of day, as 09:00",
    "binary": "file",
    "uri": "address",
    "email": "e-mail address",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of what a value may be. One with a shape leads to it."""

    text: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One named value."""

    name: str
    words: tuple[Word, ...]
    limits: str = ""
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object, or a named list of words."""

    name: str
    about: str
    fields: tuple[Field, ...] = ()
    words: tuple[Word, ...] = field(default=())


def words(schema: Schema) -> tuple[Word, ...]:
    """Return what a value of this schema may be."""
    return tuple(_words(schema))


def _words(schema: Schema) -> Iterator[Word]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield Word(name, name)
    elif choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        for number, choice in enumerate(choices):
            if number:
                yield Word(" or ")
            yield from _words(choice)
    elif "const" in schema:
        yield Word(_said(schema["const"]))
    elif "enum" in schema:
        yield Word(", ".join(_said(each) for each in schema["enum"]))
    elif KNOWN_WORDS in schema:
        known = ", ".join(_said(each) for each in schema[KNOWN_WORDS])
        yield Word(f"{known}, or a word of a later version")
    elif schema.get("type") == "array":
        yield Word("list of ")
        yield from _words(schema.get("items") or {"type": "object"})
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        yield Word("by name, ")
        yield from _words(schema["additionalProperties"])
    else:
        plain = _KINDS.get(str(schema.get("type")), "anything")
        yield Word(_FORMATS.get(str(schema.get("format")), plain))


def _said(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value).lower()


def limits(schema: Schema) -> str:
    """Return how much of it there may be, and what it is when it is left out."""
    said = []
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        said.append(f"{least} to {most}")
    elif least is not None or most is not None:
        said.append(f"at least {least}" if most is None else f"at most {most}")
    for name, what in (("maxLength", "characters"), ("maxItems", "of them")):
        if name in schema:
            said.append(f"at most {schema[name]} {what}")
    said += filter(None, map(limits, schema.get("anyOf", ())))
    if schema.get("default") not in (None, "", [], {}):
        said.append(f"otherwise {_said(schema['default'])}")
    return ", ".join(said)


def fields(schema: Schema) -> tuple[Field, ...]:
    """Return the fields of an object."""
    required = schema.get("required", ())
    return tuple(
        Field(name, words(each), limits(each), name in required, plain(each.get("description", "")))
        for name, each in schema.get("properties", {}).items()
    )


def shape(name: str, schema: Schema) -> Shape:
    """Return a named schema as the page shows it."""
    about = plain(schema.get("description", ""))
    if "properties" in schema:
        return Shape(name, about, fields(schema))
    return Shape(name, about, words=words(schema))


def plain(text: str) -> str:
    """Return a docstring as a sentence, without its marks."""
    return " ".join(text.replace("`", "").split())
