"""When everybody in a group is reminded, where they chose nothing of their own."""

from dataclasses import dataclass

from alongside.contracts import SeriesState
from alongside.errors import NotFound
from alongside_notifier.desk import Desk
from alongside_notifier.domain.reminders import checked_leads
from alongside_notifier.domain.view import leaders
from alongside_notifier.handlers.refresh import refresh_series, series_of
from alongside_notifier.handlers.turns import Turn
from alongside_notifier.store.uow import NotifierUow


@dataclass(frozen=True, slots=True)
class Group:
    """A group that somebody leads."""

    group_id: str
    title: str
    people: int
    leads: tuple[int, ...] | None
    """Minutes ahead at which its people are reminded; None for the installation's default."""


async def groups_led(person_id: str, uow: NotifierUow) -> list[Group]:
    """Return the groups in whose running series somebody is a provider, by title."""
    running = [
        series
        for series in await series_of(person_id, uow)
        if person_id in leaders(series) and _goes_on(series, uow)
    ]
    leads = await uow.groups.leads_of({series.group_id for series in running})
    found: dict[str, Group] = {}
    for series in sorted(running, key=lambda each: each.created_at):
        people = sum(member.left_on is None for member in series.members)
        group_id = series.group_id
        found[group_id] = Group(group_id, series.title, people, leads.get(group_id))
    return sorted(found.values(), key=lambda group: (group.title.casefold(), group.group_id))


async def group_led(person_id: str, group_id: str, uow: NotifierUow) -> Group:
    """Return a group that somebody leads; raise `NotFound` if they do not."""
    for group in await groups_led(person_id, uow):
        if group.group_id == group_id:
            return group
    raise NotFound("There is no such group among those you lead.")


async def choose_for_group(
    person_id: str, group_id: str, leads: tuple[int, ...] | None, uow: NotifierUow, desk: Desk
) -> None:
    """Keep a provider's choice for a group, and apply it to everything that is planned already."""
    await group_led(person_id, group_id, uow)
    await uow.groups.set_leads(group_id, checked_leads(leads), person_id, uow.now)
    running = await uow.series.of_group(group_id, uow.now)
    await refresh_series([Turn(series, uow.now) for series in running], uow, desk)


def _goes_on(series: SeriesState, uow: NotifierUow) -> bool:
    return series.status == "planned" and any(o.ends_at > uow.now for o in series.occurrences)
