"""Who was there and how long: habits, winters, and the stories of a few."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from alongside_demo.chance import Stream, stream
from alongside_demo.groups import RIVERBEND
from alongside_demo.meetings import Held
from alongside_demo.people import Person
from alongside_demo.steps import Mark, Meeting

DRIFTING, DISAGREES = "oren", "kofi"
"""Who stopped coming, and who has an entry returned right now."""

NEARLY = {"callum": 23 * 60, "miriam": 22 * 60}
"""Who is nearly there, and so many minutes at most: for one of them the first hours soon age out."""

_SILENT_FOR = timedelta(days=100)
_WINTER = (1, 2)

Attendance = dict[Meeting, dict[str, Mark]]
"""For each meeting that was held, the mark of everybody on its roster."""


def attendance(
    held: Iterable[Held], cast: Iterable[Person], seed: int, end: datetime
) -> Attendance:
    """Return who attended what has been held by now."""
    people = {person.key: person for person in cast}
    past = [each for each in held if not each.cancelled and each.ends_at < end]
    marks = {
        each.meeting: {key: _mark(each, people[key], seed, end) for key in each.roster}
        for each in past
    }
    _nearly(marks, past, seed)
    _disputed(marks, past)
    return marks


def last_of(past: Iterable[Held], group: str, back: int = 1) -> Held:
    """Return the last meeting of a group that was held, or one further back."""
    return [each for each in past if each.group.key == group][-back]


def _mark(held: Held, person: Person, seed: int, end: datetime) -> Mark:
    chance = stream(seed, "there", person.key, held.meeting.series, held.meeting.key)
    draw, habits, whole = chance.random(), person.habits, held.minutes
    lost = min(chance.choice((5, 10, 10, 15, 15, 20, 30)), whole // 2)
    if person.key == DRIFTING and held.starts_at > end - _SILENT_FOR:
        return Mark(person.key, "absent", 0)
    if draw < habits.misses or (habits.misses and _ill(person.key, held.day, seed)):
        return Mark(person.key, "absent", 0)
    if draw < habits.misses + habits.late:
        mark = Mark(person.key, "late", whole - lost)
    elif draw < habits.misses + habits.late + habits.leaves_early:
        mark = Mark(person.key, "left_early", whole - lost)
    else:
        mark = Mark(person.key, "present", whole)
    if person.pursuing == "IMHM-C":
        mark = replace(mark, about_rsc=_about_rsc(mark.minutes, chance))
    return mark


def _about_rsc(minutes: int, chance: Stream) -> int:
    return min(minutes, chance.choice((0, 30, 45, 45, 60)))


def _ill(person: str, day: date, seed: int) -> bool:
    """Tell whether this is somebody's fortnight of flu: one winter in four."""
    chance = stream(seed, "flu", person, day.year)
    begin = date(day.year, chance.choice(_WINTER), chance.randrange(1, 28))
    return chance.random() < 0.25 and begin <= day < begin + timedelta(days=13)  # noqa: PLR2004  # one in four


def _nearly(marks: Attendance, past: Iterable[Held], seed: int) -> None:
    """Have some just short of the hours: what is too much, they missed; but never their first ones."""
    for person, most in NEARLY.items():
        theirs = [each.meeting for each in past if person in each.roster]
        had = sum(marks[meeting][person].minutes for meeting in theirs)
        droppable = theirs[3:-1]
        stream(seed, "nearly", person).shuffle(droppable)
        while had > most:
            meeting = droppable.pop()
            had -= marks[meeting][person].minutes
            marks[meeting][person] = Mark(person, "absent", 0)


def _disputed(marks: Attendance, past: list[Held]) -> None:
    """Have one mark that its person does not agree with."""
    held = last_of(past, RIVERBEND, back=2)
    marks[held.meeting][DISAGREES] = Mark(DISAGREES, "late", held.minutes - 30)
