"""The whole story: the steps of the years up to a day, the same for the same seed and day.

Every decision has a random stream of its own, named after what it decides, so that changing one
habit or adding one person leaves everybody else's past as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alongside_demo.attendance import Attendance, attendance
from alongside_demo.chance import stream
from alongside_demo.days import add_months, by_day, instant
from alongside_demo.evidence import evidence
from alongside_demo.groups import Group, Stay, emerging_since, groups
from alongside_demo.lately import lately
from alongside_demo.meetings import Held, meetings
from alongside_demo.paper import paper
from alongside_demo.people import (
    COORDINATOR,
    LEFT,
    Founder,
    Person,
    coordinator,
    providers,
    supervisees,
)
from alongside_demo.steps import (
    Answer,
    AnswerInvitation,
    Cancel,
    Endorse,
    Join,
    Leave,
    MakeGroup,
    Move,
    Plan,
    Register,
    Remove,
    Step,
)
from alongside_demo.visiting import visiting

_SHORTLY_BEFORE = timedelta(days=11)


@dataclass(frozen=True, slots=True)
class Life:
    """An association with its past. `began` is when it was founded, `end` the present."""

    seed: int
    today: date
    founder: Founder
    began: datetime
    end: datetime
    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    held: tuple[Held, ...]
    marks: Attendance
    steps: tuple[Step, ...]


def live(seed: int, today: date, founder: Founder | None = None) -> Life:
    """Tell the story up to the first minute of a day in the founder's zone."""
    founder = founder or Founder()
    end = instant(today, time(0), founder.zone)
    cast = (coordinator(founder), *providers(today, emerging_since(today)), *supervisees())
    people = {person.key: person for person in cast}
    all_groups = groups(today)
    began = instant(
        min(group.made_on for group in all_groups) - timedelta(days=8), time(9, 30), founder.zone
    )
    held = meetings(all_groups, seed, today, end)
    marks = attendance(held, cast, seed, end)
    told = [
        *_arrivals(people, all_groups, began, founder.zone),
        *_plans(all_groups),
        *_rosters(all_groups),
        *_changes(held),
        *_answers(all_groups, people, seed),
        *_answers_for_one(held, marks, people, seed, end),
        *paper(held, marks, cast, seed, end),
        _departure(today, founder.zone),
        *visiting(seed, today, end, founder.zone),
        *lately(today, founder),
        *evidence(today),
    ]
    gone = next(step.at for step in told if isinstance(step, Remove))
    steps = sorted(
        (step for step in told if step.at < end and (step.who != LEFT or step.at < gone)),
        key=lambda step: step.at,
    )
    return Life(
        seed=seed,
        today=today,
        founder=founder,
        began=began,
        end=end,
        people=people,
        groups={group.key: group for group in all_groups},
        held=held,
        marks=marks,
        steps=tuple(steps),
    )


def _arrivals(
    people: Mapping[str, Person], all_groups: tuple[Group, ...], began: datetime, zone_name: str
) -> Iterator[Step]:
    """Yield how everybody was added: providers at once, others some days before their first group."""
    at = began + timedelta(minutes=20)
    for person in people.values():
        if person.roles != ("supervisor",):
            continue
        yield Register(at=at, who=COORDINATOR, person=person)
        for credential in person.credentials:
            # An emerging credential can be noted as soon as it is known when it begins.
            at += timedelta(minutes=2)
            yield Endorse(at=at, who=COORDINATOR, person=person.key, credential=credential)
        at += timedelta(minutes=6)
    first: dict[str, date] = {}
    for group in all_groups:
        for stay in group.stays:
            first[stay.person] = min(first.get(stay.person, stay.since), stay.since)
    for number, (key, since) in enumerate(
        sorted(first.items(), key=lambda item: (item[1], item[0]))
    ):
        day = since - _SHORTLY_BEFORE + timedelta(days=1)
        at = instant(day, time(13, number), zone_name)
        yield Register(
            at=max(at, began + timedelta(hours=2, minutes=number)),
            who=COORDINATOR,
            person=people[key],
        )


def _plans(all_groups: tuple[Group, ...]) -> Iterator[Step]:
    for group in all_groups:
        made = instant(group.made_on, time(10, 20), group.zone)
        members = tuple(stay.person for stay in group.stays if _from_the_start(group, stay))
        yield MakeGroup(at=made, who=group.provider, group=group, members=members)
        for series in group.series:
            planned = instant(series.planned_on, time(11), group.zone)
            yield Plan(at=planned, who=group.provider, series=series)


def _from_the_start(group: Group, stay: Stay) -> bool:
    return stay.since <= group.series[0].planned_on


def _rosters(all_groups: tuple[Group, ...]) -> Iterator[Step]:
    for group in all_groups:
        for stay in group.stays:
            if not _from_the_start(group, stay):
                at = instant(stay.since - timedelta(days=6), time(9, 45), group.zone)
                yield Join(
                    at=at, who=group.provider, group=group.key, person=stay.person, on=stay.since
                )
            if stay.until is not None:
                at = instant(stay.until - timedelta(days=9), time(16, 5), group.zone)
                yield Leave(
                    at=at,
                    who=group.provider,
                    group=group.key,
                    person=stay.person,
                    last_day=stay.until,
                )


def _changes(held: tuple[Held, ...]) -> Iterator[Step]:
    for each in held:
        if each.told_at is None:
            continue
        who = each.group.provider
        if each.moved_to is not None:
            yield Move(at=each.told_at, who=who, meeting=each.meeting, start=each.moved_to)
        else:
            yield Cancel(at=each.told_at, who=who, meeting=each.meeting)


def _answers(
    all_groups: tuple[Group, ...], people: Mapping[str, Person], seed: int
) -> Iterator[Step]:
    """Yield how people answered for whole series; some never do."""
    for group in all_groups:
        for series in group.series:
            planned = instant(series.planned_on, time(11), group.zone)
            for person, since in _invited(group, series.planned_on, series.days[-1]):
                asked = max(planned, since)
                chance = stream(seed, "answer", person, series.key, since.date())
                answer = _first_answer(chance.random())
                after = timedelta(
                    hours=chance.choice((1, 2, 3, 5, 20, 26, 50, 98)), minutes=chance.randrange(60)
                )
                if answer is not None:
                    yield AnswerInvitation(
                        at=asked + after,
                        who=people[person].key,
                        series=series.key,
                        key=None,
                        answer=answer,
                    )


def _first_answer(draw: float) -> Answer | None:
    """Most come; some do not know yet; some never say."""
    if draw < 0.84:  # noqa: PLR2004
        return "accepted"
    return "tentative" if draw < 0.92 else None  # noqa: PLR2004


def _invited(group: Group, planned: date, last: date) -> Iterator[tuple[str, datetime]]:
    """Yield who was asked to a series, and from when on they could know of it."""
    for stay in group.stays:
        gone_before = stay.until is not None and stay.until <= planned
        if gone_before or stay.since > last:
            continue
        yield stay.person, instant(stay.since - timedelta(days=6), time(9, 45), group.zone)


def _answers_for_one(
    held: tuple[Held, ...],
    marks: Attendance,
    people: Mapping[str, Person],
    seed: int,
    end: datetime,
) -> Iterator[Step]:
    """Yield who said of a single meeting that they would miss it, before it and for those ahead."""
    soon = end + timedelta(days=70)
    for each in held:
        if each.cancelled or each.starts_at > soon:
            continue
        for person in each.roster:
            chance = stream(seed, "cannot", person, each.meeting.series, each.meeting.key)
            draw, minutes = chance.random(), chance.randrange(40 * 60, 180 * 60)
            past = each.meeting in marks
            before = (each.starts_at if past else end) - timedelta(minutes=minutes)
            before = by_day(before, people[person].zone)
            answer: Answer | None = None
            if past and marks[each.meeting][person].presence == "absent" and draw < 0.55:  # noqa: PLR2004  # the rest just stay away
                answer = "declined"
            elif not past and draw < 0.13:  # noqa: PLR2004  # now and then
                answer = "declined" if draw < 0.09 else "tentative"  # noqa: PLR2004
            if answer is not None and _could_answer(each, person, before):
                yield AnswerInvitation(
                    at=before,
                    who=people[person].key,
                    series=each.meeting.series,
                    key=each.meeting.key,
                    answer=answer,
                )


def _could_answer(held: Held, person: str, at: datetime) -> bool:
    """Tell whether somebody had been asked to a meeting by then, and was last told where it is."""
    group = held.group
    series = next(series for series in group.series if series.key == held.meeting.series)
    planned = instant(series.planned_on, time(11), group.zone) + timedelta(days=1)
    joined = min(
        stay.since for stay in group.stays if stay.person == person and stay.covers(held.day)
    )
    known = instant(joined - timedelta(days=5), time(12), group.zone)
    return at > max(planned, known) and (
        held.told_at is None or at > held.told_at + timedelta(hours=1)
    )


def _departure(today: date, zone_name: str) -> Remove:
    day = add_months(today, -7) + timedelta(days=19)
    return Remove(at=instant(day, time(15, 30), zone_name), who=COORDINATOR, person=LEFT)
