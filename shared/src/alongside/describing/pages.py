"""The documents as pages: made once from what a service serves, without script and foreign parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alongside.describing.shapes import Field, Shape, Word, fields, limits, plain, shape, words
from alongside.messaging.topics import HEARS, SAYS

Document = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back."""

    status: str
    about: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route."""

    id: str
    method: str
    path: str
    title: str
    about: str
    parameters: tuple[Field, ...]
    body: tuple[Word, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of event."""

    id: str
    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is said about one thing."""

    name: str
    about: str
    said_by: str
    heard_by: tuple[str, ...]
    messages: tuple[Message, ...]


def routes_context(document: Document) -> dict[str, Any]:
    """Return what the page of a service's routes shows."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                said = item[method]
                tag = (said.get("tags") or ["more"])[0]
                groups.setdefault(tag, []).append(_operation(method, path, said))
    schemas = document.get("components", {}).get("schemas", {})
    whole = (path for path, item in document["paths"].items() if "get" in item and "{" not in path)
    return {
        "example": next(whole, ""),
        "groups": sorted(groups.items()),
        "shapes": [shape(name, schema) for name, schema in schemas.items()],
    }


def _operation(method: str, path: str, said: Document) -> Operation:
    about = plain(said.get("description", ""))
    title, _, rest = about.partition(". ")
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        title=title.removesuffix(".").partition(":")[0] or said.get("summary", ""),
        about=about if rest or ":" in title else "",
        parameters=tuple(
            Field(
                each["name"], words(each["schema"]), limits(each["schema"]),
                bool(each.get("required")), f"in the {each['in']}",
            )
            for each in said.get("parameters", ())
            if "$ref" not in each
        ),
        body=tuple(_content(said.get("requestBody", {}))),
        answers=tuple(
            Answer(status, plain(each.get("description", "")), tuple(_content(each)))
            for status, each in said["responses"].items()
            if "$ref" not in each
        ),
    )  # fmt: skip


def _content(of: Document) -> Iterator[Word]:
    for media, each in of.get("content", {}).items():
        if media != "application/json":
            yield Word(f"{media} ")
        yield from words(each.get("schema") or {})


def events_context(document: Document) -> dict[str, Any]:
    """Return what the page of a service's events shows."""
    shapes: dict[str, Shape] = {}
    topics = []
    for name, channel in document["channels"].items():
        messages = []
        for kind in channel["messages"]:
            said = document["components"]["messages"][kind]
            schema = said["payload"]["schema"]
            shapes |= {each: shape(each, one) for each, one in schema.get("$defs", {}).items()}
            short = kind.rsplit(".", 2)[1]
            messages.append(Message(kind, short, plain(said["summary"]), fields(schema)))
        topics.append(
            Topic(
                name,
                channel.get("description", ""),
                next(service for service, said in SAYS.items() if name in said),
                tuple(service for service, heard in HEARS.items() if name in heard),
                tuple(messages),
            )
        )
    headers = fields(document["components"]["schemas"]["CloudEventHeaders"])
    return {"topics": topics, "headers": headers, "shapes": sorted(shapes.values(), key=_name)}


def _name(each: Shape) -> str:
    return each.name
