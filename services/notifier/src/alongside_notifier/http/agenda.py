"""A person's sessions as pages and JSON show them, with what they answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alongside.contracts import SeriesState
from alongside_notifier.domain.calendar import safe_link
from alongside_notifier.domain.view import View
from alongside_notifier.handlers.refresh import seat_view, series_of
from alongside_notifier.handlers.standing import standing_answer
from alongside_notifier.store.tables import AnswerRow
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Line:
    """One session to come."""

    series_id: str
    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    link: str | None
    provider: str
    leads: bool
    answer: str | None
    moved: bool


async def agenda_of(person_id: str, reader: NotifierUow, *, limit: int) -> list[Line]:
    """Return a person's next sessions over all series, the nearest first."""
    lines: list[Line] = []
    series = await series_of(person_id, reader)
    answers = await reader.answers.of_person(person_id, [each.series_id for each in series])
    for each in series:
        view = seat_view(each, person_id, await reader.seats.get(person_id, each.series_id))
        if view is not None:
            mine = [row for row in answers if row.series_id == each.series_id]
            lines += await _lines(view, mine, reader)
    return sorted(lines, key=lambda line: (line.starts_at, line.key))[:limit]


async def agenda_of_series(
    person_id: str, series: SeriesState, view: View, reader: NotifierUow
) -> list[Line]:
    """Return a person's sessions to come in one series."""
    answers = await reader.answers.of_person(person_id, [series.series_id])
    return sorted(await _lines(view, answers, reader), key=lambda line: line.starts_at)


async def _lines(view: View, answers: Iterable[AnswerRow], reader: NotifierUow) -> list[Line]:
    known = await reader.people.by_ids({meeting.provider_id for meeting in view.meetings})
    answers = list(answers)
    return [
        Line(
            series_id=view.series.series_id,
            key=meeting.key,
            title=view.series.title,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=meeting.place,
            link=safe_link(meeting.link),
            provider=known[meeting.provider_id].name if meeting.provider_id in known else "",
            leads=view.leads,
            answer=standing_answer(answers, view.series, meeting.key),
            moved=meeting.starts_at != meeting.original_start,
        )
        for meeting in view.planned()
        if not meeting.is_over(reader.now)
    ]
