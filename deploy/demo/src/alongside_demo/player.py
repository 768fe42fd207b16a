"""Acts the story out: each step is what its person would send, at the time they would send it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from alongside_demo.client import Clients
from alongside_demo.groups import Group
from alongside_demo.life import Life
from alongside_demo.people import Person
from alongside_demo.sending import Send, filled, found
from alongside_demo.steps import (
    AnswerInvitation,
    Cancel,
    Confirm,
    Correct,
    Endorse,
    Join,
    Leave,
    MakeGroup,
    Mark,
    Meeting,
    Move,
    Plan,
    Record,
    Register,
    Remove,
    Return,
    Step,
)

SCHEDULER, LOGBOOK, NOTIFIER = (f"/api/{name}/v1" for name in ("scheduler", "logbook", "notifier"))


@dataclass(slots=True)
class Known:
    """What the installation called what the story speaks of."""

    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    entries: dict[tuple[Meeting, str], str] = field(default_factory=dict)
    marks: dict[Meeting, dict[str, Mark]] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def call_of(self, name: str) -> str:
        """Return what `person:ruth`, `group:juniper` or the name of something else is called."""
        kind, _, key = name.partition(":")
        if name in self.others:
            return self.others[name]
        return {"person": self.people, "group": self.groups}[kind][key]


class Player:
    """Plays one life into one installation."""

    def __init__(self, life: Life, clients: Clients) -> None:
        self._life = life
        self._clients = clients
        self._known = Known()

    def meet(self, person: Person, person_id: str) -> None:
        """Learn who somebody is in the installation."""
        self._known.people[person.key] = person_id
        self._clients.add(
            person.key, person_id=person_id, name=person.name, zone=person.zone, roles=person.roles
        )

    async def play(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Register() | Endorse() | Remove():
                await self._people(step)
            case MakeGroup() | Join() | Leave():
                await self._groups(step)
            case Plan() | Move() | Cancel():
                await self._series(step)
            case AnswerInvitation():
                await self._answer(step)
            case Record() | Correct():
                await self._attendance(step)
            case Confirm() | Return():
                await self._entries(step)
            case Send():
                await self._send(step)
            case _:
                raise NotImplementedError(type(step).__name__)

    async def _send(self, step: Send) -> None:
        path = f"/api/{step.service}/v1{filled(step.path, self._known.call_of)}"
        body = filled(step.body, self._known.call_of)
        answer = await self._clients.call(step.who, step.method, path, body)
        self._known.others |= {name: found(answer, where) for name, where in step.keeps}

    async def _people(self, step: Register | Endorse | Remove) -> None:
        match step:
            case Register(person=person):
                said = {
                    "name": person.name,
                    "email": person.email,
                    "zone": person.zone,
                    "roles": person.roles,
                }
                if person.pursuing is not None:
                    since = step.at.date() - timedelta(days=30 * person.working_months)
                    said |= {"pursuing": person.pursuing, "pursuing_since": f"{since:%Y-%m-01}"}
                state = await self._clients.call(step.who, "POST", f"{SCHEDULER}/people", said)
                self.meet(person, state["person_id"])
            case Endorse(person=key, credential=held):
                path = f"{SCHEDULER}/people/{self._known.people[key]}/credentials"
                await self._clients.call(step.who, "POST", path, _plain(asdict(held)))
            case Remove(person=key):
                path = f"{SCHEDULER}/people/{self._known.people[key]}"
                await self._clients.call(step.who, "DELETE", path)

    async def _groups(self, step: MakeGroup | Join | Leave) -> None:
        match step:
            case MakeGroup(group=group, members=members):
                made = await self._clients.call(
                    step.who, "POST", f"{SCHEDULER}/groups", self._as_said(group)
                )
                self._known.groups[group.key] = made["group_id"]
                for member in members:
                    await self._join(step.who, group.key, member, None)
            case Join(group=group_key, person=person, on=on):
                await self._join(step.who, group_key, person, on.isoformat())
            case Leave(group=group_key, person=person, last_day=day):
                path = f"{self._group(group_key)}/roster/{self._known.people[person]}"
                await self._clients.call(step.who, "DELETE", f"{path}?last_day={day.isoformat()}")

    async def _join(self, who: str, group: str, person: str, on: str | None) -> None:
        said = {"person_id": self._known.people[person], "on": on}
        await self._clients.call(who, "POST", f"{self._group(group)}/roster", said)

    async def _series(self, step: Plan | Move | Cancel) -> None:
        match step:
            case Plan(series=series):
                rhythm = self._life.groups[series.group].rhythm
                said = {
                    "frequency": rhythm.frequency,
                    "starts_on": series.days[0].isoformat(),
                    "start_time": f"{rhythm.at:%H:%M}",
                    "duration_minutes": rhythm.minutes,
                    "interval": rhythm.interval,
                    "count": len(series.days),
                    "weekday": rhythm.weekday,
                    "week_of_month": rhythm.week_of_month,
                }
                path = f"{self._group(series.group)}/series"
                planned = await self._clients.call(step.who, "POST", path, said)
                self._known.series[series.key] = planned["series_id"]
            case Move(meeting=meeting, start=start):
                said = {"on": start.date().isoformat(), "start_time": f"{start:%H:%M}"}
                await self._clients.call(step.who, "POST", f"{self._session(meeting)}/move", said)
            case Cancel(meeting=meeting):
                await self._clients.call(step.who, "POST", f"{self._session(meeting)}/cancel")

    async def _answer(self, step: AnswerInvitation) -> None:
        path = f"{NOTIFIER}/answers/{self._known.series[step.series]}"
        said = {"answer": step.answer, "occurrence_key": step.key}
        await self._clients.call(step.who, "PUT", path, said)

    async def _attendance(self, step: Record | Correct) -> None:
        meeting = step.meeting
        marks = self._known.marks.setdefault(meeting, {})
        said: dict[str, Any] = {}
        match step:
            case Record(marks=differing):
                marks.update({mark.person: mark for mark in differing})
            case Correct(mark=mark, reason=reason):
                marks[mark.person] = mark
                said["reason_code"] = reason
        said["exceptions"] = [self._departure(mark) for mark in marks.values()]
        path = f"{LOGBOOK}/attendance/{self._known.series[meeting.series]}/{meeting.key}"
        recorded = await self._clients.call(step.who, "PUT", path, said)
        keys = {person_id: key for key, person_id in self._known.people.items()}
        for entry in recorded["entries"]:
            self._known.entries[meeting, keys[entry["supervisee_id"]]] = entry["entry_id"]

    async def _entries(self, step: Confirm | Return) -> None:
        match step:
            case Confirm(meetings=meetings):
                seen = [{"entry_id": self._entry(meeting, step.who)} for meeting in meetings]
                path = f"{LOGBOOK}/entries/confirm"
                await self._clients.call(step.who, "POST", path, {"entries": seen})
            case Return(meeting=meeting, because=because):
                path = f"{LOGBOOK}/entries/{self._entry(meeting, step.who)}/return"
                await self._clients.call(step.who, "POST", path, {"reason": because})

    def _as_said(self, group: Group) -> dict[str, Any]:
        co_provider = group.co_provider
        return {
            "name": group.name,
            "kind": group.kind,
            "zone": group.zone,
            "place": group.place,
            "link": group.link,
            "seat_limit": group.seats,
            "co_provider_id": self._known.people[co_provider] if co_provider else None,
            "show_roster": group.show_roster,
        }

    def _departure(self, mark: Mark) -> dict[str, Any]:
        return {
            "person_id": self._known.people[mark.person],
            "presence": mark.presence,
            "minutes": mark.minutes,
            "about_rsc_minutes": mark.about_rsc,
        }

    def _group(self, key: str) -> str:
        return f"{SCHEDULER}/groups/{self._known.groups[key]}"

    def _session(self, meeting: Meeting) -> str:
        return f"{SCHEDULER}/series/{self._known.series[meeting.series]}/sessions/{meeting.key}"

    def _entry(self, meeting: Meeting, person: str) -> str:
        return self._known.entries[meeting, person]


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as JSON has them: days as text."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in facts.items()
    }


def in_moments(
    steps: tuple[Step, ...], *, apart: timedelta
) -> Iterator[tuple[datetime, list[Step]]]:
    """Yield steps in bunches: what follows within `apart` of a bunch's first step belongs to it."""
    first: datetime | None = None

    def bunch(step: Step) -> datetime:
        nonlocal first
        if first is None or step.at - first > apart:
            first = step.at
        return first

    for moment, together in groupby(steps, key=bunch):
        yield moment, list(together)


Progress = Callable[[int], None]
"""Told how many steps have been played."""
