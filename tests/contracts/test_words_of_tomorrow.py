"""Each list of words that events carry: what this version makes of one that only a newer version knows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from alongside.contracts import NOT_PASSED_OVER
from alongside.contracts.event import KNOWN_WORDS
from alongside.messaging import Envelope, UnreadableRecord
from alongside.messaging.envelope import EVENT_TYPES, read_record

pytestmark = pytest.mark.unit

UNKNOWN = "of_tomorrow"
Path = tuple[str | int, ...]

OPEN = {
    "Credential.kind": "such a credential counts for nothing yet",
    "Credential.standing": "such a credential counts for nothing yet",
    "EntryState.origin": "an hour of no session planned here; who has to act is said by `awaits`",
    "InvitationAnswered.answer": "not a yes: shown as an answer that is still awaited",
    "InvitationAnswered.channel": "kept, and never looked at",
    "MilestoneReached.category": "named in a letter as it is",
    "PersonAsked.about": "a general sentence, with the way to the page",
    "PersonState.pursuing": "no rules for it here: nothing counts toward it yet",
    "PersonState.roles": "gives no right",
    "ProgressChanged.category": "named as it is, beside its minutes",
    "Site.kind": "kept, and never looked at",
    "WordAwaited.about": "a general sentence, with the way to the hours",
}
"""Read and carried as it is; and what it means until this version is upgraded."""

CLOSED = {
    "EntryState.status": "whether an hour is confirmed",
    "Occurrence.status": "whether a session takes place",
    "Pattern.frequency": "the rule that calendars are told; every date after it would be a guess",
    "SeriesState.kind": "how much of a session counts, and for how many",
    "SeriesState.purpose": "whether its minutes are hours of anybody's at all",
    "SeriesState.status": "whether the sessions take place",
}
"""Put aside until this version is upgraded, and what would be guessed otherwise."""


def lists_in(kind: str) -> Iterator[tuple[str, bool, Path]]:
    """Yield each list of words in an event: the field's name, whether it is open, and the way to it."""
    whole = EVENT_TYPES[kind].model_json_schema(mode="serialization")
    yield from _lists(whole, whole["title"], (), whole)


def _lists(at: dict[str, Any], name: str, path: Path, whole: dict[str, Any]):
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


def example(at: dict[str, Any], whole: dict[str, Any]) -> Any:
    """Return a value of a schema in which everything that may be there is there."""
    if "$ref" in at:
        return example(whole["$defs"][at["$ref"].rsplit("/", 1)[1]], whole)
    if "anyOf" in at:
        return example(at["anyOf"][0], whole)
    if words := at.get("enum", [at["const"]] if "const" in at else at.get(KNOWN_WORDS)):
        return words[0]
    if "properties" in at:
        return {name: example(each, whole) for name, each in at["properties"].items()}
    return [example(at["items"], whole)] if "items" in at else VALUES[at.get("format", at["type"])]


def record(kind: str, body: dict[str, Any]) -> Envelope:
    """Return a record of this type as it comes over the wire."""
    topic = next(each.topic for each in EVENT_TYPES.values() if kind.startswith(each.topic[:-2]))
    headers = {"ce_id": body["id"], "ce_type": kind, "ce_time": "2026-03-04T09:00:00Z"}
    raw = [(name, value.encode()) for name, value in headers.items()]
    value = json.dumps(body).encode()
    came = read_record(topic=topic, key=b"", value=value, headers=raw)
    return came.under_its_own_key()


def whole(kind: str) -> dict[str, Any]:
    schema = EVENT_TYPES[kind].model_json_schema(mode="serialization")
    return example(schema, schema)


FOUND = [(kind, *each) for kind in EVENT_TYPES for each in lists_in(kind)]


def test_each_list_is_open_or_closed_on_purpose():
    assert {name for _, name, is_open, _ in FOUND if is_open} == OPEN.keys()
    assert {name for _, name, is_open, _ in FOUND if not is_open} == CLOSED.keys()


@pytest.mark.parametrize(
    ("kind", "name", "path"), [(kind, name, path) for kind, name, _, path in FOUND]
)
def test_a_word_of_tomorrow_is_carried_or_put_aside(kind, name, path):
    body = whole(kind)
    event = record(kind, body).event()
    assert event is not None
    inside = body
    for step in path[:-1]:
        inside = inside[step]
    assert inside[path[-1]] != UNKNOWN
    inside[path[-1]] = UNKNOWN
    if name in CLOSED:
        with pytest.raises(UnreadableRecord, match=str(path[-1])):
            record(kind, body).event()
        return
    came = record(kind, body).event()
    assert came is not None
    assert came != event
    said = json.loads(came.on_the_wire())
    for step in path:
        said = said[step]
    assert said == UNKNOWN
    assert type(came).model_validate_json(came.on_the_wire()) == came


@pytest.mark.parametrize(
    ("kind", "body", "is_put_aside"),
    [
        ("alongside.hours.HoursReviewed.v1", {"entry": {}}, True),
        ("alongside.hours.HoursReviewed.v2", {"entry": None}, True),
        ("alongside.hours.NudgeSent.v1", {"person_id": "p"}, False),
        ("alongside.people.PersonPraised.v1", {"entry": {}}, False),
    ],
)
def test_an_unknown_type_is_passed_over_unless_it_changes_hours(kind, body, is_put_aside):
    if is_put_aside:
        with pytest.raises(UnreadableRecord, match="only a newer version knows"):
            record(kind, {"id": "e", **body})
    else:
        assert record(kind, {"id": "e", **body}).event() is None


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_body_at_all_is_passed_over(payload):
    (topic,) = NOT_PASSED_OVER
    kind, at = "alongside.hours.Else.v1", whole("alongside.hours.WordAwaited.v1")["occurred_at"]
    headers = {"ce_id": b"e", "ce_type": kind.encode(), "ce_time": at.encode()}
    came = read_record(topic=topic, key=None, value=payload, headers=headers.items())
    assert came.event() is None
