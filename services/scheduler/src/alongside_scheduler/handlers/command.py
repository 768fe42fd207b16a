"""The base of what people ask for."""

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """What is asked. Its words are judged by the domain, which says what is wrong in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
