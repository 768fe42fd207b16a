"""A channel beside mail: on with one's own number and a code, off at once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.errors import AlongsideError, Invalid, NotFound, RateLimited
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.domain.channels import Asks, Wanted
from alongside_notifier.handlers.channels import ask, choose, confirm, switch_off
from alongside_notifier.http.channels import shown_channel
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_ASKED: dict[Asks, tuple[str, str, str]] = {
    "phone": ("Your number", "tel", "With + and the country code, such as +1 555 123 4567."),
    "handle": ("Your name there", "text", "As the service knows you."),
    "email": ("Your address there", "email", "As the service knows you."),
}
_HOME = "/preferences/channels"


@router.get("/preferences/channels/{key}")
async def channel(
    key: str, viewer: CurrentViewer, pages: PagesDep, read: Read, desk: TheDesk
) -> Response:
    """Show one channel and how far it is."""
    return await _page(key, viewer, pages, read, desk)


@router.post("/preferences/channels/{key}")
async def give_address(
    key: str,
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Take the address, and send a code to it."""
    form = await form_data(request)
    try:
        async with open_write() as uow:
            await ask(viewer.person_id, key, form.text("address"), _wanted(form), uow, desk)
            await uow.commit()
    except (Invalid, RateLimited) as error:
        return await _page(key, viewer, pages, read, desk, form=form, error=error)
    return redirect(f"{_HOME}/{key}", "A code is on its way.")


@router.post("/preferences/channels/{key}/confirm")
async def type_code(
    key: str,
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Take the code that came."""
    form = await form_data(request)
    async with open_write() as uow:
        confirmed = await confirm(viewer.person_id, key, form.text("code"), uow, desk)
        await uow.commit()
    if not confirmed.done:
        error = Invalid(confirmed.reason, field="code")
        return await _page(key, viewer, pages, read, desk, form=form, error=error)
    return redirect(f"{_HOME}/{key}", "Confirmed. It is on from now on.")


@router.post("/preferences/channels/{key}/choose")
async def choose_what(
    key: str,
    request: Request,
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    open_write: OpenWrite,
    desk: TheDesk,
) -> Response:
    """Keep what is to come by it."""
    form = await form_data(request)
    try:
        async with open_write() as uow:
            await choose(viewer.person_id, key, _wanted(form), uow)
            await uow.commit()
    except Invalid as error:
        return await _page(key, viewer, pages, read, desk, form=form, error=error)
    return redirect(f"{_HOME}/{key}", "Saved.")


@router.post("/preferences/channels/{key}/off")
async def off(key: str, viewer: CurrentViewer, open_write: OpenWrite) -> Response:
    """Switch it off at once, and forget the address."""
    async with open_write() as uow:
        await switch_off(viewer.person_id, key, uow)
        await uow.commit()
    return redirect("/preferences", "It is off, and what was given for it is forgotten.")


async def _page(
    key: str,
    viewer: Viewer,
    pages: Pages,
    read: NotifierUow,
    desk: Desk,
    *,
    form: Form | None = None,
    error: AlongsideError | None = None,
) -> Response:
    shown = await shown_channel(viewer.person_id, key, read, desk)
    if shown is None:
        raise NotFound("There is no such channel here.")
    label, kind, help_text = _ASKED[shown.offer.asks]
    row = shown.row
    wanted = Wanted() if row is None else Wanted(row.reminders, row.changes)
    if form is not None and "code" not in form:
        wanted = _wanted(form)
    return pages.render(
        "channel.html",
        error.status if error else 200,
        channel=shown,
        address=form.text("address") if form else "",
        label=label,
        kind=kind,
        help=help_text,
        chosen=[name for name in ("reminders", "changes") if getattr(wanted, name)],
        errors=FormErrors.of(error) if error else {},
    )


def _wanted(form: Form) -> Wanted:
    ticked = form.many("wanted")
    return Wanted("reminders" in ticked, "changes" in ticked)
