"""A record as it travels: CloudEvents 1.0, binary mode (Kafka protocol binding, section 3.2).

The body is the event's JSON; identity, type, source and time are `ce_*` headers, and the trace
of the request that caused it is `traceparent` (W3C Trace Context).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from alongside.contracts import TOPICS, Event


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

        Raises `UnreadableRecord` when a known type carries a body that does not fit it.
        """
        kind = EVENT_TYPES.get(self.type)
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


def read_record(
    *, topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]
) -> Envelope:
    """Return the envelope of a raw record; raise `UnreadableRecord` for what is none."""
    try:
        named = {name: raw.decode() for name, raw in headers}
        return Envelope(
            event_id=named["ce_id"],
            topic=topic,
            key=(key or b"").decode(),
            type=named["ce_type"],
            payload=value or b"",
            occurred_at=datetime.fromisoformat(named["ce_time"]),
            traceparent=named.get("traceparent"),
            source=named.get("ce_source", "").strip("/"),
        )
    except (KeyError, ValueError) as error:
        message = f"not a CloudEvents record: {error!r}"
        raise UnreadableRecord(message) from error


def _leaves(kind: type[Event]) -> Iterable[type[Event]]:
    if "type" in kind.model_fields:
        yield kind
    for child in kind.__subclasses__():
        yield from _leaves(child)


EVENT_TYPES: dict[str, type[Event]] = {
    kind.type_name(): kind for kind in _leaves(Event) if kind.topic in TOPICS
}
"""Every event type this version knows, by its name on the wire."""
