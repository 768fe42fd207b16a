"""JSON routes of what holds for a group."""

from fastapi import APIRouter
from fastapi.responses import Response

from alongside.web.auth import CurrentViewer
from alongside.web.writes import Write
from alongside_notifier.handlers.groups import Group, choose_for_group, group_led, groups_led
from alongside_notifier.http.models import GroupReminders, GroupView
from alongside_notifier.http.reading import Read, TheDesk
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["notifier"])


@router.get("/groups")
async def my_groups(viewer: CurrentViewer, read: Read) -> list[GroupView]:
    """Return the groups that the viewer leads, and when their people are reminded."""
    return [_view(group) for group in await groups_led(viewer.person_id, read)]


@router.put("/groups/{group_id}/reminders", response_model=GroupView)
async def remind_group(
    group_id: str, chosen: GroupReminders, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Say when people of a group are reminded who chose nothing of their own."""

    async def kept(uow: NotifierUow) -> GroupView:
        leads = None if chosen.reminder_leads is None else tuple(chosen.reminder_leads)
        await choose_for_group(viewer.person_id, group_id, leads, uow, desk)
        return _view(await group_led(viewer.person_id, group_id, uow))

    return await write(kept)


def _view(group: Group) -> GroupView:
    leads = None if group.leads is None else list(group.leads)
    return GroupView(
        group_id=group.group_id, title=group.title, people=group.people, reminder_leads=leads
    )
