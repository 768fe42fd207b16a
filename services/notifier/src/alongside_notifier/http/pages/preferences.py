"""What I want to be told, and when."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import NotFound
from alongside.web.auth import CurrentViewer
from alongside.web.forms import Form, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.domain import wording
from alongside_notifier.handlers.preferences import MOST_LEADS, choose
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.people import Preferences

router = APIRouter(include_in_schema=False)

OFFERED = (10080, 2880, 1440, 240, 120, 60, 30, 15)
ALARMS = (5, 10, 15, 30, 60)


@router.get("/preferences")
async def preferences(
    viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show what is chosen."""
    chosen = await read.people.preferences(viewer.person_id)
    leads = desk.leads if chosen.leads is None else chosen.leads
    offered = sorted({*OFFERED, *leads}, reverse=True)
    return pages.render(
        "preferences.html",
        chosen=chosen,
        leads=leads,
        offered=[(str(minutes), f"{_ahead(minutes)} before") for minutes in offered],
        alarms=[("", "No alarm"), *((str(m), f"{m} minutes before") for m in ALARMS)],
        most=MOST_LEADS,
    )


@router.post("/preferences")
async def save(
    request: Request, viewer: CurrentViewer, open_write: OpenWrite, desk: TheDesk
) -> Response:
    """Keep what was chosen; it holds for sessions that are planned already, too."""
    form = await form_data(request)
    async with open_write() as uow:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        await choose(person, _chosen(form), uow, desk)
        await uow.commit()
    return redirect("/preferences", "Saved.")


def _chosen(form: Form) -> Preferences:
    alarm = form.text("alarm")
    return Preferences(
        leads=tuple(int(each) for each in form.many("leads") if each.isdigit()),
        alarm_minutes=int(alarm) if alarm.isdigit() else None,
        small_changes=form.is_on("small_changes"),
        hour_mails=form.is_on("hour_mails"),
    )


def _ahead(minutes: int) -> str:
    return wording.ahead(minutes).removeprefix("in ")
