from datetime import UTC, date, datetime
from typing import Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from alongside.errors import Invalid
from alongside.web import problems
from alongside.web.forms import FormErrors, validated

pytestmark = pytest.mark.unit

API = "/api/logbook/v1"
CASES = [("gone", 410), ("conflict", 409), ("invalid", 422), ("away", 503), ("unexpected", 500)]


@pytest.mark.parametrize(("how", "status"), CASES)
async def test_every_error_as_a_problem(client, how, status) -> None:
    for path, accept in ((f"{API}/fail/{how}", "*/*"), (f"/fail/{how}", "application/json")):
        answer = await client.get(path, headers={"accept": accept})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        document = answer.json()
        assert document["status"] == status
        assert document["request_id"] == answer.headers["x-request-id"]
        assert {"type", "title", "detail", "code"} <= set(document)
        assert "secret words" not in answer.text


@pytest.mark.parametrize(("how", "status"), CASES)
async def test_every_error_as_a_page(client, how, status) -> None:
    answer = await client.get(f"/fail/{how}", headers={"accept": "text/html,*/*"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-security-policy" in answer.headers
    assert answer.headers["x-request-id"] in answer.text
    assert "secret words" not in answer.text


async def test_what_an_error_carries(client) -> None:
    assert (await client.get(f"{API}/fail/conflict")).json()["person"] == "p2"
    answer = await client.get(f"{API}/fail/invalid")
    assert answer.json()["errors"] == {"start": "Too late.", "end": "Before the start."}
    away = await client.get(f"{API}/fail/away")
    assert away.headers["retry-after"] == "5"


@pytest.mark.parametrize("path", ["/nowhere", f"{API}/nowhere", "/static/nowhere.css"])
async def test_nothing_there(client, path) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_page_that_is_not_there_keeps_the_navigation(client, house) -> None:
    answer = await client.get("/nowhere", headers={**house.cookie(), "accept": "text/html"})
    assert answer.status_code == 404
    assert "Not found" in answer.text


async def test_wrong_method(client) -> None:
    answer = await client.put(f"{API}/me")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["code"] == "method_not_allowed"


async def test_a_feed_that_fails_says_so_in_plain_text(client) -> None:
    answer = await client.get("/feeds/unknown.ics", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


async def test_fields_that_are_wrong(client, house) -> None:
    answer = await client.post(
        f"{API}/things", json={"name": "", "minutes": -4}, headers=house.bearer()
    )
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "name": "This is needed.",
        "minutes": "Must be more than 0.",
    }
    answer = await client.post(f"{API}/things", json={"minutes": 1}, headers=house.bearer())
    assert answer.json()["errors"] == {"name": "This is needed."}
    assert house.made == []


async def test_what_was_typed_is_not_quoted_back(client, house) -> None:
    answer = await client.post(
        f"{API}/things", json={"name": "x", "minutes": "confidential"}, headers=house.bearer()
    )
    assert answer.status_code == 422
    assert "confidential" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"name":"x","minutes":5}', "application/json", 201),
        (b'{"name":"x","minutes":5}', "application/json; charset=utf-8", 201),
        (b'{"name":"x","minutes":5}', "application/vnd.x+json", 201),
        (b'{"name":"x","minutes":5}', "text/plain", 415),
        (b'{"name":"x","minutes":5}', None, 415),
        (b"name=x&minutes=5", "application/x-www-form-urlencoded", 415),
        (b"{broken", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"", "application/json", 422),
        (b"", None, 422),
        (b"null", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
    ],
)
async def test_what_is_sent_as_json(client, house, content, kind, status) -> None:
    headers = {**house.bearer(), **({"content-type": kind} if kind else {})}
    answer = await client.post(f"{API}/things", content=content, headers=headers)
    assert answer.status_code == status
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


class Range(BaseModel):
    start: int
    name: str = Field(min_length=3)

    @field_validator("start")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("Choose an even start")
        return value


def test_a_model_by_hand() -> None:
    assert validated(Range, {"start": "2", "name": "abc"}).start == 2
    with pytest.raises(Invalid) as caught:
        validated(Range, {"start": "3", "name": "a"})
    assert caught.value.fields == {
        "start": "Choose an even start.",
        "name": "At least 3 characters are needed.",
    }
    assert caught.value.__cause__ is None


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = Field(1, ge=1, le=3)
    on: date = date(2026, 1, 1)
    at: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    kind: Literal["a", "b"] = "a"
    yes: bool = True
    many: list[str] = Field(["x"], min_length=1, max_length=2)
    text: str = Field("x", max_length=2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"count": "x"}, "Give a whole number."),
        ({"count": 1.5}, "Give a whole number."),
        ({"count": 0}, "Must be at least 1."),
        ({"count": 4}, "Must be at most 3."),
        ({"on": "tomorrow"}, "Give a date as YYYY-MM-DD."),
        ({"at": "2026-01-01T10:00"}, problems._INSTANT),
        ({"at": "noon"}, problems._INSTANT),
        ({"kind": "c"}, "Choose one of 'a' or 'b'."),
        ({"yes": "perhaps"}, "Give true or false."),
        ({"many": []}, "This is needed."),
        ({"many": ["x"] * 3}, "At most 2 are taken."),
        ({"text": "xxx"}, "At most 2 characters are taken."),
        ({"text": 5}, "Give text."),
        ({"other": 5}, "This field is not known here."),
    ],
)
def test_findings_are_said_to_people(data, message) -> None:
    with pytest.raises(Invalid) as caught:
        validated(Everything, data)
    assert caught.value.fields == {next(iter(data)): message}


def test_form_errors() -> None:
    errors = FormErrors()
    errors.raise_if_any()
    errors.add("name", "First.")
    errors.add("name", "Second.")
    with pytest.raises(Invalid) as caught:
        errors.raise_if_any()
    assert FormErrors.of(caught.value) == {"name": "First."}
    assert FormErrors.of(Invalid("As a whole.")) == {"_": "As a whole."}
