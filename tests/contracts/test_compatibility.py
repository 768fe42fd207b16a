"""What was said in one version must be readable in the next, and the other way round."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, create_model

from alongside.contracts import Credential, Open, PersonRegistered, PersonState, people_events
from alongside.messaging import Envelope, UnreadableRecord
from alongside.messaging.envelope import EVENT_TYPES, read_record
from alongside.testing.compatibility import breaks, breaks_api

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


def test_the_committed_documents_are_current_and_nothing_in_them_was_broken():
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "contracts.py", "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


def schema(**fields):
    return create_model("Thing", **fields).model_json_schema()


class Inner(BaseModel):
    a: int


One, Two, Three = Literal["x"], Literal["x", "y"], Literal["x", "y", "z"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"a": (int, ...)}, {"a": (int, ...), "b": (int, 0)}, None),
        ({"a": (int, ...)}, {"b": (int, 0)}, "is gone"),
        ({"a": (int, ...)}, {"a": (str, ...)}, "was integer"),
        ({"a": (int, 0)}, {"a": (int, ...)}, "became required"),
        ({"a": (int | None, None)}, {"a": (int, 0)}, "a"),
        ({"a": (list[Inner], ...)}, {"a": (list[int], ...)}, "was object"),
        ({"a": (Two, ...)}, {"a": (One, ...)}, "no longer takes y"),
        ({"a": (One, ...)}, {"a": (Two, ...)}, "y is new in a closed list"),
        (
            {"a": (list[Two] | None, ...)},
            {"a": (list[Three] | None, ...)},
            "z is new in a closed list",
        ),
        ({"a": (Two, ...)}, {"a": (Open[Three], ...)}, None),
        ({"a": (Open[Two], ...)}, {"a": (Open[Three], ...)}, None),
        ({"a": (Open[Two], ...)}, {"a": (Two, ...)}, "was open"),
    ],
)
def test_what_breaks_is_named(old, new, words):
    found = breaks(schema(**old), schema(**new))
    assert not found if words is None else any(words in each for each in found)


def test_a_word_may_be_known_before_it_is_said():
    old, new = schema(a=(One, ...)), schema(a=(Two, ...))
    assert breaks(old, new, unsaid=True) == []
    assert breaks(new, old, unsaid=True) != []


def thing(**fields):
    """Return the schema of something that holds more of its kind."""
    made = schema(**fields)
    return made | {
        "properties": made["properties"] | {"in": {"$ref": "#/components/schemas/Thing"}}
    }


def described(*, path="/a", needed=(), sends=None, answers=None, status="201"):
    """Return an OpenAPI document of one route."""
    parameters = [
        {"name": name, "in": "query", "required": name in needed, "schema": {"type": "string"}}
        for name in ("since", "page")
    ]
    said = {
        "parameters": parameters,
        "requestBody": {"content": {"application/json": {"schema": sends or schema(a=(int, 0))}}},
        "responses": {status: {"content": {"application/json": {
            "schema": answers or {"$ref": "#/components/schemas/Thing"}}}}},
    }  # fmt: skip
    things = {"Thing": thing(b=(int, ...), more=(str, ""))}
    return {"paths": {path: {"post": said}}, "components": {"schemas": things}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"path": "/b"}, "POST /a: is gone"),
        ({"needed": ("since",)}, "since became required"),
        ({"sends": schema(a=(int, 0), c=(int, ...))}, ".c: became required"),
        ({"sends": schema(a=(int, 0), c=(int, 1))}, None),
        ({"sends": schema(c=(int, 1))}, ".a: is gone"),
        ({"answers": thing(b=(int, ...))}, ".more: is gone"),
        ({"answers": thing(b=(int, 1), more=(str, ...))}, None),
        ({"answers": thing(b=(str, ...), more=(str, ""))}, ".b: was integer"),
        ({"status": "200"}, "no longer answers 201"),
    ],
)
def test_what_breaks_a_program_is_named(change, words):
    found = breaks_api(described(), described(**change))
    assert not found if words is None else any(words in each for each in found)


def registered() -> PersonRegistered:
    return PersonRegistered(
        id="e-1",
        occurred_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
        person=PersonState(
            person_id="p-1", version=1, name="Ada Sample", email="ada@sample.example",
            zone="America/Chicago", roles=("supervisee",),
            credentials=(Credential(credential_id="c", kind="ERS", valid_from=date(2025, 1, 1)),),
        ),
    )  # fmt: skip


def test_an_event_survives_the_wire_as_a_cloud_event():
    event = registered()
    envelope = Envelope(
        event_id=event.id, topic=event.topic, key=event.key, type=event.type_name(),
        payload=event.on_the_wire(), occurred_at=event.occurred_at, source="scheduler",
    )  # fmt: skip
    headers = [(name, value.encode()) for name, value in envelope.headers().items()]
    assert dict(headers)["ce_specversion"] == b"1.0"
    back = read_record(topic=event.topic, key=b"p-1", value=envelope.payload, headers=headers)
    assert back.event() == event
    assert people_events.validate_json(envelope.payload) == event


def test_a_field_of_a_later_version_is_passed_over():
    body = json.loads(registered().on_the_wire())
    body["person"]["shoe_size"] = 38
    assert people_events.validate_python(body) == registered()


@pytest.mark.parametrize(
    "headers",
    [[], [("ce_id", b"x")], [("ce_id", b"\xff"), ("ce_type", b"t"), ("ce_time", b"now")]],
)
def test_what_is_no_cloud_event_is_said_to_be_none(headers):
    with pytest.raises(UnreadableRecord):
        read_record(topic="alongside.people.v1", key=None, value=b"", headers=headers)


def test_every_type_names_its_topic_and_version():
    for name, kind in EVENT_TYPES.items():
        assert name.startswith(kind.topic.removesuffix("v1"))
        assert name.endswith(".v1")
