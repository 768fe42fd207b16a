"""A sample of every letter, about people who are plainly invented, made the way real ones are.

Coordinators preview them, and an installation's own templates are tried with them at the start.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import NotFound
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.itip import Party, itip
from alongside_notifier.domain.mime import Letter
from alongside_notifier.domain.told import NOTHING, Message, Told, left_to_tell
from alongside_notifier.domain.view import View, view_of
from alongside_notifier.domain.words import Language, words_in
from alongside_notifier.handlers.series_letters import series_letter, why
from alongside_notifier.letters import Letters
from alongside_notifier.sample_facts import HOST, NOW, READER, plain_facts, sample_series

_SECOND = 1
_SERIES = ("invitation", "changed", "cancelled_occurrence", "cancelled", "removed")


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter as it would be sent."""

    kind: str
    why: str
    letter: Letter
    sender: str
    language: Language = "en"
    method: str | None = None
    calendar: str | None = None
    """What goes with it for the calendar, as text."""


class Samples:
    """Writes the samples with these letters, in the name of this association."""

    def __init__(
        self, letters: Letters, association: str, origin: str, language: Language = "en"
    ) -> None:
        self._letters = _Noting(letters)
        self._association = association
        self._origin = origin
        self._words = words_in(language)
        self._plain = plain_facts(association, origin, self._words)

    @property
    def language(self) -> Language:
        """In which language they are."""
        return self._words.language

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of which there is a sample."""
        return (*_SERIES, *self._plain)

    def sample(self, kind: str) -> Sample:
        """Return the sample of a kind; raise `NotFound` if there is none."""
        if kind in _SERIES:
            return self._of_series(kind)
        known = self._plain.get(kind)
        if known is None:
            raise NotFound(f"There is no letter {kind[:40]!r}.")
        reason, facts = known
        language = self._words.language
        letter = self._letters.render(kind, language, **facts)
        return Sample(kind, reason, letter, self._association, language)

    def facts(self, kind: str) -> dict[str, Any]:
        """Return what a letter of this kind is written from."""
        self._letters.noted = {}
        self.sample(kind)
        return self._letters.noted

    def _of_series(self, kind: str) -> Sample:
        message, series, view = _story(kind)
        words = self._words
        names = Names(self._association, {HOST.person_id: HOST.name, READER.person_id: READER.name})
        sent_by = words.via.format(name=HOST.name, association=self._association)
        sender = Party(sent_by, "calendar@example.org")
        letter = series_letter(
            message,
            READER,
            series,
            view,
            provider=HOST,
            association=self._association,
            others="Alex Placeholder, Kim Specimen" if kind == "invitation" else "",
            answer_url=f"{self._origin}/answer/sample",
            letters=self._letters,
            now=NOW,
            words=words,
        )
        calendar = itip(
            message,
            series,
            view,
            names,
            organizer=sender,
            attendee=Party(READER.name, READER.email),
            answer=None,
            now=NOW,
            words=words,
        )
        text = calendar.decode().replace("\r\n", "\n")
        reason = why(message, series)
        return Sample(kind, reason, letter, sender.name, words.language, message.method, text)


class _Noting(Letters):
    """Letters that note what they were written from."""

    def __init__(self, letters: Letters) -> None:
        self.environment = letters.environment
        self.noted: dict[str, Any] = {}

    def render(self, kind: str, language: Language = "en", /, **facts: Any) -> Letter:
        self.noted = {**facts, "subject": "", "language": language}
        return super().render(kind, language, **facts)


def _story(kind: str) -> tuple[Message, SeriesState, View | None]:
    """Return the message that tells of what happened, and the series after it."""
    series = sample_series()
    invited = _left(NOTHING, series, view_of(series, READER.person_id))
    if kind == "invitation":
        return invited[0], series, view_of(series, READER.person_id)
    after = _after(kind, series)
    view = None if kind == "removed" else view_of(after, READER.person_id)
    return _left(invited[1], after, view)[0], after, view


def _after(kind: str, series: SeriesState) -> SeriesState:
    counted = {"version": 2, "sequence": 1}
    second = series.occurrences[_SECOND]
    match kind:
        case "changed":
            day = timedelta(days=1)
            moved = {
                "starts_at": second.starts_at + day,
                "ends_at": second.ends_at + day,
                "moved": True,
            }
            return series.model_copy(update={**counted, "occurrences": _with(series, moved)})
        case "cancelled_occurrence":
            off = {"status": "cancelled"}
            return series.model_copy(update={**counted, "occurrences": _with(series, off)})
        case "cancelled":
            return series.model_copy(
                update={**counted, "master_sequence": 1, "status": "cancelled"}
            )
        case _:
            gone = series.members[0].model_copy(update={"left_on": date(2027, 1, 4), "sequence": 1})
            return series.model_copy(update={**counted, "members": (gone,)})


def _with(series: SeriesState, changes: dict[str, Any]) -> tuple[Occurrence, ...]:
    changed = {"sequence": 1, "changed_at": NOW, **changes}
    return tuple(
        each.model_copy(update=changed) if number == _SECOND else each
        for number, each in enumerate(series.occurrences)
    )


def _left(told: Told, series: SeriesState, view: View | None) -> tuple[Message, Told]:
    left = left_to_tell(
        told, series, view, person_id=READER.person_id, address=READER.email, now=NOW
    )
    return left.messages[0], left.told
