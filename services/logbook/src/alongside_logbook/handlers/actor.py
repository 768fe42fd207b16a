"""Who does something, as far as permission goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, and whether they coordinate."""

    person_id: str
    coordinator: bool = False
