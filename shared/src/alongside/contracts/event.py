"""What every event has: identity, time, type, topic and key.

An event is a fact in the past tense. It carries the state it led to, so that a new
consumer can build its copy from the log alone. It holds no session content and no free
text about a person, and nothing by which a reader could sign in as somebody.
"""

from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Fact(BaseModel):
    """A frozen value inside an event. Unknown fields are ignored: one version of skew is tolerated."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Fact):
    """One fact. `id` is the key by which every consumer recognises what it has handled."""

    topic: ClassVar[str]

    id: str
    occurred_at: AwareDatetime

    @property
    def key(self) -> str:
        """The opaque aggregate id by which the topic keeps order."""
        raise NotImplementedError

    @classmethod
    def type_name(cls) -> str:
        """Return the versioned name on the wire, such as `alongside.people.PersonChanged.v1`."""
        default: Any = cls.model_fields["type"].default
        return str(default)

    def on_the_wire(self) -> bytes:
        """Return the JSON body of the record."""
        return self.model_dump_json().encode()
