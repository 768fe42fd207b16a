"""What I want to be told, and when."""

from collections.abc import Sequence
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
from alongside_notifier.domain.reminders import MOST_LEADS
from alongside_notifier.domain.words import NAMES, Language, language_of
from alongside_notifier.handlers.groups import groups_led
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.handlers.refresh import series_of
from alongside_notifier.http.channels import shown_channels
from alongside_notifier.http.day_bar import day_bar
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

OFFERED = (10080, 2880, 1440, 240, 120, 60, 30, 15)
ALARMS = (5, 10, 15, 30, 60)


@router.get("/preferences")
async def preferences(
    viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show what is chosen."""
    chosen = await read.people.preferences(viewer.person_id)
    return await _page(chosen, viewer, pages, read, desk)


@router.post("/preferences")
async def save(
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Keep what was chosen; it holds for sessions that are planned already, too."""
    form = await form_data(request)
    before = await read.people.preferences(viewer.person_id)
    chosen = replace(_chosen(form), language=_language(form, before, desk))
    try:
        chosen = replace(chosen, quiet=_quiet(form))
        async with open_write() as uow:
            person = await uow.people.get(viewer.person_id)
            if person is None:
                raise NotFound
            await choose(person, chosen, uow, desk)
            await uow.commit()
    except Invalid as error:
        errors = FormErrors.of(error)
        return await _page(chosen, viewer, pages, read, desk, form=form, errors=errors)
    return redirect("/preferences", "Saved.")


def leads_offered(chosen: Sequence[int]) -> list[tuple[str, str]]:
    """Return the lead times to choose from, with those that are chosen already."""
    offered = sorted({*OFFERED, *chosen}, reverse=True)
    return [(str(minutes), f"{wording.stretch(minutes)} before") for minutes in offered]


def leads_chosen(form: Form) -> tuple[int, ...] | None:
    """Return the lead times that were ticked; None where the usual ones are to hold."""
    if form.text("reminders") == "default":
        return None
    return tuple(int(each) for each in form.many("leads") if each.isdigit())


async def _page(
    chosen: Preferences,
    viewer: Viewer,
    pages: Pages,
    read: NotifierUow,
    desk: Desk,
    *,
    form: Form | None = None,
    errors: FormErrors | None = None,
) -> Response:
    leads = desk.leads if chosen.leads is None else chosen.leads
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
        usual=await _usual(viewer, read, desk),
        leads_groups=bool(await groups_led(viewer.person_id, read)),
        offered=leads_offered(leads),
        languages=list(NAMES.items()),
        language=chosen.language or desk.language,
        alarms=[("", "No alarm"), *alarms_offered(chosen.alarm_minutes)],
        most=MOST_LEADS,
        quiet=quiet,
        zone_name=viewer.zone,
        day=day_bar(chosen.quiet, read.now, viewer.zone),
        channels=await shown_channels(viewer.person_id, read, desk),
        errors=errors or {},
    )


def alarms_offered(*chosen: int | None) -> list[tuple[str, str]]:
    """Return the alarms to choose from, with the one that is chosen already."""
    offered = sorted({*ALARMS, *(each for each in chosen if each is not None)})
    return [
        (str(minutes), f"{wording.stretch(minutes)} before" if minutes else "When it begins")
        for minutes in offered
    ]


def _language(form: Form, before: Preferences, desk: Desk) -> Language | None:
    """Return the language that is chosen; none was, where it is still the installation's."""
    chosen = language_of(form.text("language"))
    return None if before.language is None and chosen == desk.language else chosen


def _chosen(form: Form) -> Preferences:
    alarm = form.text("alarm")
    return Preferences(
        leads=leads_chosen(form),
        alarm_minutes=int(alarm) if alarm.isdigit() else None,
        small_changes=form.is_on("small_changes"),
        hour_mails=form.is_on("hour_mails"),
        digest=form.is_on("digest"),
    )


def _quiet(form: Form) -> Quiet | None:
    begins, ends = minutes_of(form.text("quiet_from")), minutes_of(form.text("quiet_until"))
    if (begins is None) != (ends is None):
        missing = "quiet_from" if begins is None else "quiet_until"
        raise Invalid("Quiet hours need both times; leave both empty for none.", field=missing)
    return quiet_of(begins, ends)


async def _usual(viewer: Viewer, read: NotifierUow, desk: Desk) -> str:
    """Return in words when somebody is reminded who chose nothing: by group, where it says so."""
    series = [
        each
        for each in await series_of(viewer.person_id, read)
        if each.status == "planned" and any(o.ends_at > read.now for o in each.occurrences)
    ]
    said = await read.groups.leads_of({each.group_id for each in series})
    titles = {each.group_id: each.title for each in series if each.group_id in said}
    words = [f"{titles[each]}: {wording.leads(said[each])}" for each in sorted(titles)]
    rest = wording.leads(desk.leads)
    return "; ".join([*words, f"otherwise {rest[0].lower()}{rest[1:]}"] if words else [rest])
