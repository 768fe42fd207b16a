"""Reads what people type into forms as dates, times and numbers."""

import re
from datetime import date, time

from alongside.errors import Invalid
from alongside.web.forms import Form, FormErrors

_DIGITS = re.compile(r"-?\d{1,6}")


class Typed:
    """A form whose fields are read one by one; what cannot be read is noted, and told all at once."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.errors = FormErrors()

    def text(self, name: str) -> str:
        """Return a field's text."""
        return self.form.text(name)

    def maybe(self, name: str) -> str | None:
        """Return a field's text, or None for an empty field."""
        return self.form.text(name) or None

    def day(self, name: str) -> date | None:
        """Return a field as a date."""
        text = self.form.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors.add(name, "This is not a date. Write it as 2026-03-10.")
            return None

    def days(self, name: str) -> list[date]:
        """Return a field as dates, separated by blanks, commas or lines."""
        found = []
        for text in re.split(r"[\s,;]+", self.form.text(name)):
            try:
                found += [date.fromisoformat(text)] if text else []
            except ValueError:
                self.errors.add(name, f"“{text[:20]}” is not a date. Write it as 2026-03-10.")
        return found

    def clock(self, name: str) -> time | None:
        """Return a field as a time of day."""
        text = self.form.text(name)
        if not text:
            return None
        try:
            return time.fromisoformat(text)
        except ValueError:
            self.errors.add(name, "This is not a time. Write it as 14:30.")
            return None

    def number(self, name: str) -> int | None:
        """Return a field as a whole number."""
        text = self.form.text(name)
        if not text:
            return None
        if not _DIGITS.fullmatch(text):
            self.errors.add(name, "This is not a whole number.")
            return None
        return int(text)

    def need(self, name: str, value: object, message: str = "This is needed.") -> None:
        """Note that a field is needed, unless it is there or already noted as unreadable."""
        if value is None or value == "":
            self.errors.add(name, message)

    def confirmed(self) -> None:
        """Raise unless the box that says "I mean it" is ticked."""
        if not self.form.is_on("confirm"):
            raise Invalid("Tick the box to say that you mean it.", field="confirm")

    def check(self) -> None:
        """Raise everything noted as one error."""
        self.errors.raise_if_any()
