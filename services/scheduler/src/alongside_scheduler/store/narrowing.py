"""Which meetings: conditions on occurrences, in which series are looked through once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, or_, select, type_coerce
from sqlmodel import col

from alongside_scheduler.store.likeness import begins_a_word, escaped
from alongside_scheduler.store.tables import CommitmentRow, OccurrenceRow, PersonRow, SeriesRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which meetings: those of a person, of a group, led by a provider.

    `words`: each begins a word of the title, or of the name of who leads.
    """

    person_id: str | None = None
    group_id: str | None = None
    provider_id: str | None = None
    words: tuple[str, ...] = ()
    cancelled: bool = True


def narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what narrows the meetings. Series are looked through once, not again for each."""
    found = [_tells(word) for word in wanted.words]
    if not wanted.cancelled:
        found.append(col(OccurrenceRow.status) == "planned")
    if wanted.group_id is not None:
        found.append(_in_series(col(SeriesRow.group_id) == wanted.group_id))
    if wanted.provider_id is not None:
        found.append(_led_by(wanted.provider_id))
    if wanted.person_id is not None:
        found.append(has_part(wanted.person_id))
    return found


def _in_series(*fits: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(OccurrenceRow.series_id).in_(select(col(SeriesRow.id)).where(*fits))


def _led_by(person_id: str) -> ColumnElement[bool]:
    """Tell whether somebody leads or co-leads a meeting, where nobody stands in for them."""
    stand_in = col(OccurrenceRow.provider_id)
    among = type_coerce(col(SeriesRow.co_provider_ids), Text)
    return or_(
        stand_in == person_id,
        and_(stand_in.is_(None), _in_series(col(SeriesRow.provider_id) == person_id)),
        _in_series(among.like(f'%"{escaped(person_id)}"%', escape="\\")),
    )


def _tells(word: str) -> ColumnElement[bool]:
    """Tell whether a word begins one of the title, or of the name of who leads."""
    named = select(col(PersonRow.id)).where(
        *begins_a_word(col(PersonRow.search_text), [word]),
        type_coerce(col(PersonRow.roles), Text).like('%"supervisor"%'),
    )
    (titled,) = begins_a_word(col(SeriesRow.search_text), [word])
    return or_(
        _in_series(or_(titled, col(SeriesRow.provider_id).in_(named))),
        col(OccurrenceRow.provider_id).in_(named),
    )


def number_of(person_id: str) -> Any:
    """Return the number that commitments know a person by, as a part of a statement."""
    return select(col(PersonRow.person_no)).where(col(PersonRow.id) == person_id).scalar_subquery()


def has_part(person_id: str) -> ColumnElement[bool]:
    """Tell whether a person has, or had before it was cancelled, a part in a meeting."""
    return (
        select(col(CommitmentRow.key))
        .where(
            col(CommitmentRow.person_no) == number_of(person_id),
            col(CommitmentRow.series_id) == col(OccurrenceRow.series_id),
            col(CommitmentRow.key) == col(OccurrenceRow.key),
            or_(col(CommitmentRow.active), col(OccurrenceRow.status) == "cancelled"),
        )
        .correlate(OccurrenceRow)
        .exists()
    )
