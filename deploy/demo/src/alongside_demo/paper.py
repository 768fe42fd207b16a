"""What was written down of it: recorded, confirmed, returned, corrected, and what still waits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from alongside.zones import zone
from alongside_demo.attendance import DISAGREES, NEARLY, Attendance, last_of
from alongside_demo.chance import Stream, stream
from alongside_demo.days import add_months, instant
from alongside_demo.groups import LANTERN, PAIR, RIVERBEND
from alongside_demo.meetings import Held
from alongside_demo.people import Person
from alongside_demo.steps import (
    Confirm,
    Correct,
    Mark,
    Meeting,
    Reason,
    Record,
    Return,
    Step,
)

_BEHIND_SINCE = timedelta(days=80)

_WORDS = {
    "late": "I was there from the beginning; only my camera came on late.",
    "left_early": "I stayed to the end, on the phone after the connection broke.",
    "absent": "I was there. I had joined under my colleague's name.",
    "present": "I left earlier that day; please look again.",
}


@dataclass(frozen=True, slots=True)
class _Recorded:
    held: Held
    mark: Mark
    at: datetime


def paper(
    held: Iterable[Held], marks: Attendance, cast: Iterable[Person], seed: int, end: datetime
) -> Iterator[Step]:
    """Yield what people wrote down about the meetings they had."""
    past = [each for each in held if each.meeting in marks]
    people = {person.key: person for person in cast}
    forgotten = _forgotten(past)
    recorded: dict[str, list[_Recorded]] = defaultdict(list)
    for each in past:
        if each.meeting in forgotten:
            continue
        step = _record(each, marks[each.meeting], seed)
        yield step
        for mark in marks[each.meeting].values():
            recorded[mark.person].append(_Recorded(each, mark, step.at))
    for key, theirs in recorded.items():
        yield from _looked_at(people[key], theirs, seed, end, last_of(past, RIVERBEND, back=2))


def _forgotten(past: Sequence[Held]) -> set[Meeting]:
    """Return what nobody recorded yet: the newest of two groups, and an older one of the pair."""
    newest = last_of(past, LANTERN), last_of(past, RIVERBEND), last_of(past, PAIR, back=3)
    return {each.meeting for each in newest}


def _record(held: Held, marks: dict[str, Mark], seed: int) -> Record:
    chance = stream(seed, "record", held.meeting.series, held.meeting.key)
    draw, group = chance.random(), held.group
    if draw < 0.7:  # noqa: PLR2004  # mostly before the laptop is closed
        at = held.ends_at + timedelta(minutes=chance.randrange(3, 35))
    elif draw < 0.9:  # noqa: PLR2004  # or that evening
        at = _evening(held.ends_at, group.zone, chance)
    else:
        at = _evening(held.ends_at + timedelta(days=chance.randrange(1, 5)), group.zone, chance)
    differing = tuple(
        mark for mark in marks.values() if mark.presence != "present" or mark.about_rsc
    )
    who = group.co_provider if group.co_provider and chance.random() < 0.2 else group.provider  # noqa: PLR2004  # now and then
    return Record(at=at, who=who, meeting=held.meeting, marks=differing)


def _looked_at(
    person: Person, recorded: Sequence[_Recorded], seed: int, end: datetime, disputed: Held
) -> Iterator[Step]:
    """Yield how somebody confirmed what was recorded of them; several at once if at the same time."""
    together: dict[datetime, list[Meeting]] = defaultdict(list)
    for each in recorded:
        meeting = each.held.meeting
        chance = stream(seed, "confirm", person.key, meeting.series, meeting.key)
        at = _confirms_at(person, each.at, chance)
        if person.habits.confirms == "behind" and each.at > end - _BEHIND_SINCE:
            continue
        if person.key == DISAGREES and each.held is disputed:
            at = min(
                _evening(each.at + timedelta(days=1), person.zone, chance), end - timedelta(hours=9)
            )
            yield Return(at=at, who=person.key, meeting=meeting, because=_WORDS["late"])
        elif _disagrees(person, each.mark, chance):
            yield from _argued(person, each, at, chance)
        else:
            together[at].append(meeting)
    for at, meetings in together.items():
        yield Confirm(at=at, who=person.key, meetings=tuple(meetings))


def _disagrees(person: Person, mark: Mark, chance: Stream) -> bool:
    draw = chance.random()
    if person.key in {*NEARLY, DISAGREES} or mark.about_rsc:
        return False
    return draw < (0.004 if mark.presence == "present" else 0.13)


def _argued(person: Person, each: _Recorded, at: datetime, chance: Stream) -> Iterator[Step]:
    """Yield a return, the provider's second look, and the confirmation after that."""
    meeting, mark, whole = each.held.meeting, each.mark, each.held.minutes
    yield Return(at=at, who=person.key, meeting=meeting, because=_WORDS[mark.presence])
    group = each.held.group
    looked = _evening(at + timedelta(days=chance.randrange(1, 4)), group.zone, chance)
    if mark.presence == "present":
        right = Mark(person.key, "left_early", whole - 20)
        yield Correct(
            at=looked, who=group.provider, meeting=meeting, mark=right, reason="minutes_wrong"
        )
    elif chance.random() < 0.7:  # noqa: PLR2004  # mostly they are right
        right = Mark(person.key, "present", whole)
        reason: Reason = "was_there" if mark.presence == "absent" else "minutes_wrong"
        yield Correct(at=looked, who=group.provider, meeting=meeting, mark=right, reason=reason)
    else:
        yield Correct(at=looked, who=group.provider, meeting=meeting, mark=mark, reason="stands")
    again = _evening(looked + timedelta(days=chance.randrange(1, 5)), person.zone, chance)
    yield Confirm(at=again, who=person.key, meetings=(meeting,))


def _confirms_at(person: Person, recorded: datetime, chance: Stream) -> datetime:
    if person.habits.confirms == "same day":
        return recorded + timedelta(minutes=chance.randrange(4, 240))
    # One evening a month, so that what came together is confirmed together.
    evening = recorded.astimezone(zone(person.zone)).date().replace(day=len(person.name) - 8)
    at = time(18, 3 * len(person.key))
    this, following = (instant(add_months(evening, n), at, person.zone) for n in (0, 1))
    return this if this > recorded else following


def _evening(moment: datetime, zone_name: str, chance: Stream) -> datetime:
    """Return the evening of that day, or of the next when it is past."""
    local = moment.astimezone(zone(zone_name))
    at = instant(local.date(), time(chance.randrange(18, 21), chance.randrange(60)), zone_name)
    return at if at > moment else at + timedelta(days=1)
