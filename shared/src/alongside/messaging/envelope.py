"""A record as it travels: CloudEvents 1.0, binary mode (Kafka protocol binding, section 3.2).

The body is the event's JSON; identity, type, source and time are `ce_*` headers, and the trace
of the request that caused it is `traceparent` (W3C Trace Context).
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pydantic import ValidationError

from alongside.contracts import NOT_PASSED_OVER, TOPICS, Event


class UnreadableRecord(Exception):  # it says what happened
    """The record is of a type we know, but its body or headers are not what that type promises."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One record, independent of the bus that carries it."""

    event_id: str
    topic: str
    key: str
    type: str
    payload: bytes
    occurred_at: datetime
    traceparent: str | None = None
    source: str = "alongside"

    def headers(self) -> dict[str, str]:
        """Return the CloudEvents headers of this record."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.event_id,
            "ce_type": self.type,
            "ce_source": f"/{self.source}",
            "ce_time": self.occurred_at.isoformat(),
            "content-type": "application/json",
        }
        if self.traceparent:
            headers["traceparent"] = self.traceparent
        return headers

    def event(self) -> Event | None:
        """Return the event inside, or None for a type this version does not know.

        Raises `UnreadableRecord` when a known type carries a body that does not fit it, comes under
        a key that is not the event's: its place in the order of its own key is unknown, or when an
        unknown type is about what may not be passed over.
        """
        event = self._inside()
        if event is not None and event.key != self.key:
            message = f"it came under the key {self.key!r}, and is about {event.key!r}"
            raise UnreadableRecord(message)
        return event

    def under_its_own_key(self) -> Self:
        """Return the same under the key of the event inside, for whoever decides to take it so."""
        event = self._inside()
        return self if event is None else replace(self, key=event.key)

    def _inside(self) -> Event | None:
        kind = EVENT_TYPES.get(self.type)
        if kind is None:
            self._refuse_to_pass_over()
        if kind is None or kind.topic != self.topic:
            return None
        try:
            event = kind.model_validate_json(self.payload)
        except ValidationError as error:
            raise UnreadableRecord(str(error)) from error
        if event.id != self.event_id:
            message = f"ce_id {self.event_id!r} is not the id in the body"
            raise UnreadableRecord(message)
        return event

    def _refuse_to_pass_over(self) -> None:
        about = NOT_PASSED_OVER.get(self.topic)
        with suppress(ValueError):
            body = json.loads(self.payload) if about else None
            if isinstance(body, dict) and about in body:
                message = (
                    f"only a newer version knows what {self.type} means for the {about}: take it in "
                    "once this service is upgraded"
                )
                raise UnreadableRecord(message)


def read_record(
    *,
    topic: str,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes | None]],
) -> Envelope:
    """Return the envelope of a raw record; raise `UnreadableRecord` for what is none.

    Headers that are not ours may hold anything, or nothing (null).
    """
    named = dict(headers)
    try:
        return Envelope(
            event_id=_text(named, "ce_id"),
            topic=topic,
            key=(key or b"").decode(errors="replace"),
            type=_text(named, "ce_type"),
            payload=value or b"",
            occurred_at=datetime.fromisoformat(_text(named, "ce_time")),
            traceparent=_readable(named.get("traceparent")),
            source=(_readable(named.get("ce_source")) or "").strip("/"),
        )
    except (KeyError, ValueError) as error:
        message = f"not a CloudEvents record: {error!r}"
        raise UnreadableRecord(message) from error


def _text(headers: Mapping[str, bytes | None], name: str) -> str:
    raw = headers[name]
    if raw is None:
        raise KeyError(name)
    return raw.decode()


def _readable(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="replace")


def _leaves(kind: type[Event]) -> Iterable[type[Event]]:
    if "type" in kind.model_fields:
        yield kind
    for child in kind.__subclasses__():
        yield from _leaves(child)


EVENT_TYPES: dict[str, type[Event]] = {
    kind.type_name(): kind for kind in _leaves(Event) if kind.topic in TOPICS
}
"""Every event type this version knows, by its name on the wire."""
