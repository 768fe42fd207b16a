"""A sample of every letter, about people who are plainly invented, made the way real ones are.

Coordinators preview them, and an installation's own templates are tried with them at the start.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from alongside.contracts import Member, Occurrence, Pattern, PersonState, SeriesState
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_notifier.domain import wording
from alongside_notifier.domain.asked import WORDS
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.itip import Party, itip
from alongside_notifier.domain.mime import Letter
from alongside_notifier.domain.told import NOTHING, Message, Told, left_to_tell
from alongside_notifier.domain.view import View, view_of
from alongside_notifier.handlers.series_letters import series_letter, why
from alongside_notifier.letters import Letters

NOW = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
"""When samples are written: always the same, so that they are the same."""

READER = PersonState(
    person_id="sample-reader",
    version=1,
    name="Robin Example",
    email="robin@example.org",
    zone="America/Chicago",
    roles=("supervisee",),
)
HOST = PersonState(
    person_id="sample-host",
    version=1,
    name="Sasha Sample",
    email="sasha@example.org",
    zone="America/New_York",
    roles=("supervisor",),
)
_TITLE = "Tuesday Circle"
_SECOND = 1
_SERIES = ("invitation", "changed", "cancelled_occurrence", "cancelled", "removed")


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter as it would be sent."""

    kind: str
    why: str
    letter: Letter
    sender: str
    method: str | None = None
    calendar: str | None = None
    """What goes with it for the calendar, as text."""


class Samples:
    """Writes the samples with these letters, in the name of this association."""

    def __init__(self, letters: Letters, association: str, origin: str) -> None:
        self._letters = _Noting(letters)
        self._association = association
        self._origin = origin

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of which there is a sample."""
        return (*_SERIES, *self._plain())

    def sample(self, kind: str) -> Sample:
        """Return the sample of a kind; raise `NotFound` if there is none."""
        if kind in _SERIES:
            return self._of_series(kind)
        known = self._plain().get(kind)
        if known is None:
            raise NotFound(f"There is no letter {kind[:40]!r}.")
        reason, facts = known
        return Sample(kind, reason, self._letters.render(kind, **facts), self._association)

    def facts(self, kind: str) -> dict[str, Any]:
        """Return what a letter of this kind is written from."""
        self._letters.noted = {}
        self.sample(kind)
        return self._letters.noted

    def _of_series(self, kind: str) -> Sample:
        message, series, view = _story(kind)
        names = Names(self._association, {HOST.person_id: HOST.name, READER.person_id: READER.name})
        sender = Party(f"{HOST.name} (via {self._association})", "calendar@example.org")
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
        )
        text = calendar.decode().replace("\r\n", "\n")
        return Sample(kind, why(message, series), letter, sender.name, message.method, text)

    def _plain(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return why, and the facts, of each letter that is about no change of a series."""
        first = _series().occurrences[0]
        known = {"association": self._association, "name": READER.name}
        link = self._origin
        preferences = {"preferences_url": f"{self._origin}/preferences"}
        session = {
            "title": _TITLE,
            "short": f"{wording.short(first.starts_at, READER.zone)} "
            f"({READER.zone}, {wording.offset(first.starts_at, READER.zone)})",
        }
        hours = {
            **known,
            **session,
            "day": wording.day(first.starts_at, READER.zone),
            "duration": wording.duration(90),
        }
        asked = WORDS["seat_offered"].about(
            _TITLE, wording.moment(NOW + timedelta(days=2), READER.zone)
        )
        headline, sentence, label = wording.awaited("confirm", 2, 180)
        return {
            "reminder": (
                "A reminder, 24 h ahead.",
                {
                    **known,
                    **session,
                    **preferences,
                    "provider": HOST.name,
                    "leads": False,
                    "noun": "session",
                    "when": "tomorrow",
                    "soon": "Tomorrow",
                    "whens": wording.spans(
                        first.starts_at, first.ends_at, READER.zone, HOST.zone, HOST.name
                    ),
                    "place": "Room 5, Sample House",
                    "link": "https://meet.example.org/tuesday",
                    "answer_url": f"{link}/answer/sample",
                },
            ),
            "sign_in": (
                "A sign-in link was asked for.",
                {**known, "link": f"{link}/sign-in/sample", "until": "9:15 AM (America/Chicago)"},
            ),
            "attendance_recorded": (
                "Attendance was recorded and waits for a confirmation.",
                {
                    **hours,
                    "provider": HOST.name,
                    "again": False,
                    "absent": False,
                    "link": f"{link}/hours",
                },
            ),
            "returned": (
                "Hours were sent back, with a reason.",
                {
                    **hours,
                    "sender": HOST.name,
                    "said": "you wrote down",
                    "link": f"{link}/hours/sample",
                },
            ),
            "milestone": (
                "The hours confirmed so far appear to meet the requirement.",
                {
                    **known,
                    "hours": wording.duration(1440),
                    "category": "IFS",
                    "link": f"{link}/progress",
                },
            ),
            "asked": (
                "A seat came free, and was offered.",
                {
                    **known,
                    "headline": asked.subject,
                    "sentence": asked.sentence,
                    "deadline": asked.deadline,
                    "label": asked.label,
                    "link": f"{link}/groups/sample",
                },
            ),
            "awaited": (
                "Others have waited for this person's word for a while.",
                {
                    **known,
                    **preferences,
                    "headline": headline,
                    "sentence": sentence,
                    "since": wording.long_date(date(2026, 12, 21)),
                    "label": label,
                    "link": f"{link}/hours",
                },
            ),
            "vouch": (
                "A supervisee asked a provider from elsewhere to confirm hours.",
                {
                    **known,
                    "name": HOST.name,
                    "supervisee": READER.name,
                    "number": "3 sessions",
                    "duration": wording.duration(270),
                    "link": f"{link}/vouch/sample",
                    "until": wording.long_date(date(2027, 2, 3)),
                },
            ),
            "vouched": (
                "A provider from elsewhere answered.",
                {
                    **known,
                    **preferences,
                    "headline": f"{HOST.name} confirmed 2 sessions and sent 1 session back with a reason",
                    "returned": True,
                    "link": f"{link}/hours/outside",
                },
            ),
        }


class _Noting(Letters):
    """Letters that note what they were written from."""

    def __init__(self, letters: Letters) -> None:
        self.environment = letters.environment
        self.noted: dict[str, Any] = {}

    def render(self, kind: str, **facts: Any) -> Letter:
        self.noted = {**facts, "subject": ""}
        return super().render(kind, **facts)


def _series() -> SeriesState:
    """Return four sessions, every second Tuesday at ten in Chicago."""
    first = datetime(2027, 1, 12, 10, 0)  # noqa: DTZ001  # wall time, as patterns have it
    occurrences = []
    for number in range(4):
        wall = first + timedelta(weeks=2 * number)
        instant = wall.replace(tzinfo=zone(READER.zone)).astimezone(UTC)
        occurrences.append(
            Occurrence(
                key=f"{wall:%Y%m%dT%H%M}",
                original_start=instant,
                starts_at=instant,
                ends_at=instant + timedelta(minutes=90),
            )
        )
    return SeriesState(
        series_id="sample-series",
        version=1,
        uid="sample-series@example.org",
        sequence=0,
        master_sequence=0,
        group_id="sample-group",
        title=_TITLE,
        kind="group",
        zone=READER.zone,
        tzdata="2026a",
        duration_minutes=90,
        place="Room 5, Sample House",
        link="https://meet.example.org/tuesday",
        provider_id=HOST.person_id,
        pattern=Pattern(
            frequency="weekly", interval=2, count=4, first_start=first, weekday=first.weekday()
        ),
        members=(Member(person_id=READER.person_id, joined_on=date(2026, 1, 1)),),
        occurrences=tuple(occurrences),
        created_at=NOW - timedelta(days=3),
        revised_at=NOW - timedelta(days=3),
    )


def _story(kind: str) -> tuple[Message, SeriesState, View | None]:
    """Return the message that tells of what happened, and the series after it."""
    series = _series()
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
