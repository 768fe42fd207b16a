"""Collects everything that is wrong with what was sent, so that people are told once."""

from collections.abc import Iterator
from contextlib import contextmanager

from alongside.errors import Invalid


class Problems:
    """What is wrong, field by field. The first word about a field stands."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, message: str) -> None:
        """Note one problem."""
        self.fields.setdefault(field, message)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note an `Invalid` that is raised inside, and go on."""
        try:
            yield
        except Invalid as error:
            for field, message in (error.fields or {"": error.detail}).items():
                self.add(field, message)

    def raise_any(self) -> None:
        """Raise everything noted as one error."""
        if self.fields:
            raise Invalid.many(self.fields)
