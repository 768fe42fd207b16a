"""What every event has: identity, time, type, topic and key.

An event is a fact in the past tense. It carries the state it led to, so that a new
consumer can build its copy from the log alone. It holds no session content and no free
text about a person, and nothing by which a reader could sign in as somebody.

A list of words is open or closed. A word of an open one that only a newer version knows is read and
carried as it is, and means nothing yet: an unknown role gives no right, an unknown credential counts
for nothing. A closed list is one where passing over a word would be a guess about somebody's hours or
calendar: the record is put aside, in sight, and taken in once this version was upgraded.
"""

from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

KNOWN_WORDS = "x-known-values"
"""Where a schema names the words of an open list that this version knows."""

_LONGEST_WORD = 64


class _OpenList:
    """Reads any word, and describes those that are known."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        closed = get_args(source)[0]
        described = Field(
            min_length=1,
            max_length=_LONGEST_WORD,
            json_schema_extra={KNOWN_WORDS: list(get_args(closed))},
        )
        return handler.generate_schema(Annotated[str, described])


WordT = TypeVar("WordT", bound=str)

Open = Annotated[WordT | str, _OpenList()]
"""An open list, such as `Open[Role]`: one of these words, or one that only a newer version knows."""


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
