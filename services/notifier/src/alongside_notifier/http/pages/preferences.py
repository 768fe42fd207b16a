"""What I want to be told, and when."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import Invalid, NotFound
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.domain import wording
from alongside_notifier.domain.quiet import Quiet, clock_of, minutes_of, quiet_of
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
    return _page(await read.people.preferences(viewer.person_id), viewer, pages, desk)


@router.post("/preferences")
async def save(
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Keep what was chosen; it holds for sessions that are planned already, too."""
    form = await form_data(request)
    chosen = _chosen(form)
    try:
        chosen = replace(chosen, quiet=_quiet(form))
        async with open_write() as uow:
            person = await uow.people.get(viewer.person_id)
            if person is None:
                raise NotFound
            await choose(person, chosen, uow, desk)
            await uow.commit()
    except Invalid as error:
        return _page(chosen, viewer, pages, desk, form=form, errors=FormErrors.of(error))
    return redirect("/preferences", "Saved.")


def _page(
    chosen: Preferences,
    viewer: Viewer,
    pages: Pages,
    desk: Desk,
    *,
    form: Form | None = None,
    errors: FormErrors | None = None,
) -> Response:
    leads = desk.leads if chosen.leads is None else chosen.leads
    offered = sorted({*OFFERED, *leads}, reverse=True)
    quiet = (
        (form.text("quiet_from"), form.text("quiet_until"))
        if form is not None
        else (
            clock_of(chosen.quiet.begins if chosen.quiet else None),
            clock_of(chosen.quiet.ends if chosen.quiet else None),
        )
    )
    return pages.render(
        "preferences.html",
        422 if errors else 200,
        chosen=chosen,
        leads=leads,
        offered=[(str(minutes), f"{_ahead(minutes)} before") for minutes in offered],
        alarms=[("", "No alarm"), *((str(m), f"{m} minutes before") for m in ALARMS)],
        most=MOST_LEADS,
        quiet=quiet,
        zone_name=viewer.zone,
        errors=errors or {},
    )


def _chosen(form: Form) -> Preferences:
    alarm = form.text("alarm")
    return Preferences(
        leads=tuple(int(each) for each in form.many("leads") if each.isdigit()),
        alarm_minutes=int(alarm) if alarm.isdigit() else None,
        small_changes=form.is_on("small_changes"),
        hour_mails=form.is_on("hour_mails"),
    )


def _quiet(form: Form) -> Quiet | None:
    begins, ends = minutes_of(form.text("quiet_from")), minutes_of(form.text("quiet_until"))
    if (begins is None) != (ends is None):
        missing = "quiet_from" if begins is None else "quiet_until"
        raise Invalid("Quiet hours need both times; leave both empty for none.", field=missing)
    return quiet_of(begins, ends)


def _ahead(minutes: int) -> str:
    return wording.ahead(minutes).removeprefix("in ")
