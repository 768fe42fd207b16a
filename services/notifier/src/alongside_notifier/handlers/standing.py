"""Which of somebody's answers holds, and how many of a group said yes."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alongside.contracts import SeriesState
from alongside_notifier.domain.feeds import Note
from alongside_notifier.domain.view import expected
from alongside_notifier.domain.words import Words
from alongside_notifier.store.tables import AnswerRow

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def standing_answer(rows: Iterable[AnswerRow], series: SeriesState, key: str | None) -> str | None:
    """Return the answer that holds: the latest one given since the time was last changed."""
    found = standing(rows, series, key)
    return found.answer if found else None


def standing(rows: Iterable[AnswerRow], series: SeriesState, key: str | None) -> AnswerRow | None:
    """Return the row of the answer that holds."""
    occurrence = next((o for o in series.occurrences if o.key == key), None)
    changed_at = (occurrence.changed_at if occurrence else None) or _LONG_AGO
    best: AnswerRow | None = None
    for row in rows:
        if row.sequence < series.master_sequence or row.occurrence_key not in {"", key or ""}:
            continue
        if row.occurrence_key == "" and key is not None and row.answered_at < changed_at:
            continue
        if row.occurrence_key != "" and occurrence and row.sequence < occurrence.sequence:
            continue
        if best is None or row.answered_at > best.answered_at:
            best = row
    return best


def numbers_of(rows: Sequence[AnswerRow], series: SeriesState, words: Words) -> dict[str, Note]:
    """Return by meeting how many of those expected said yes, as numbers only.

    Under the empty key it stands for the whole series; meetings for which it is the same are left out.
    """
    notes: dict[str, Note] = {}
    for key in ("", *(occurrence.key for occurrence in series.occurrences)):
        people = expected(series, key or None)
        held = [
            standing([row for row in rows if row.person_id == person_id], series, key or None)
            for person_id in people
        ]
        yes = [row for row in held if row is not None and row.answer == "accepted"]
        changed = [row.answered_at for row in held if row is not None]
        at = max([series.created_at, *changed]).replace(microsecond=0)
        said = words.calendars.accepted.format(yes=len(yes), all=len(people))
        note = Note(said, at)
        if not key or note.mark != notes[""].mark:
            notes[key] = note
    return notes
