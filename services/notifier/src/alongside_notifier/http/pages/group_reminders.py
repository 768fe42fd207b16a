"""When everybody in a group I lead is reminded."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import Invalid
from alongside.web.auth import CurrentViewer
from alongside.web.forms import FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.domain import wording
from alongside_notifier.domain.reminders import MOST_LEADS
from alongside_notifier.handlers.groups import choose_for_group, group_led, groups_led
from alongside_notifier.http.pages.preferences import leads_chosen, leads_offered
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk

router = APIRouter(include_in_schema=False)


@router.get("/preferences/groups")
async def groups(viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk) -> Response:
    """List the groups that the viewer leads, and when their people are reminded."""
    return pages.render(
        "group_reminders.html",
        groups=[
            (group, wording.leads(desk.leads if group.leads is None else group.leads))
            for group in await groups_led(viewer.person_id, read)
        ],
    )


@router.get("/preferences/groups/{group_id}")
async def group(
    group_id: str, viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show what holds for one group."""
    found = await group_led(viewer.person_id, group_id, read)
    leads = desk.leads if found.leads is None else found.leads
    return pages.render(
        "group_reminder.html",
        group=found,
        mode="default" if found.leads is None else "own",
        leads=leads,
        offered=leads_offered(leads),
        most=MOST_LEADS,
        default=wording.leads(desk.leads),
        errors={},
    )


@router.post("/preferences/groups/{group_id}")
async def save(
    group_id: str,
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Keep what holds for a group; it holds for sessions that are planned already, too."""
    form = await form_data(request)
    chosen = leads_chosen(form)
    try:
        async with open_write() as uow:
            await choose_for_group(viewer.person_id, group_id, chosen, uow, desk)
            await uow.commit()
    except Invalid as error:
        return pages.render(
            "group_reminder.html",
            422,
            group=await group_led(viewer.person_id, group_id, read),
            mode=form.text("reminders"),
            leads=chosen or (),
            offered=leads_offered(chosen or ()),
            most=MOST_LEADS,
            default=wording.leads(desk.leads),
            errors=FormErrors.of(error),
        )
    return redirect("/preferences/groups", "Saved. It holds for what is planned already, too.")
