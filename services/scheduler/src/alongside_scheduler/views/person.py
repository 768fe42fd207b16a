"""One person, as a coordinator looks at them: what is next, their groups, how far they are."""

from pydantic import BaseModel

from alongside.errors import Forbidden
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.calendar import ScheduleItem, next_of_person
from alongside_scheduler.views.seats import ProgressView

_NEXT = 5


class GroupOf(BaseModel):
    """A group somebody leads or is in."""

    group_id: str
    name: str
    leads: bool


class AboutPerson(BaseModel):
    """What a person takes part in, and where they stand."""

    groups: list[GroupOf]
    sessions: list[ScheduleItem]
    progress: ProgressView | None


async def about_person(person_id: str, uow: SchedulerUow) -> AboutPerson:
    """Return what a person takes part in; for coordinators."""
    if not uow.actor.is_coordinator:
        raise Forbidden("Only a coordinator may look at somebody else.")
    rows = await uow.groups.seen_by(person_id, today=uow.now.date())
    progress = (await uow.copies.progress([person_id])).get(person_id)
    return AboutPerson(
        groups=[
            GroupOf(
                group_id=row.id,
                name=row.name,
                leads=person_id in {row.provider_id, row.co_provider_id},
            )
            for row in rows
        ],
        sessions=await next_of_person(uow, person_id, uow.now, limit=_NEXT),
        progress=ProgressView.of(progress) if progress else None,
    )
