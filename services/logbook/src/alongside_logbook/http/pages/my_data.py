"""My data: take it along, see what is kept and why, and have removed what need not be."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from alongside.errors import Conflict
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import FormErrors
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.leaving import GRACE, KEPT_YEARS
from alongside_logbook.handlers.leaving import ask_removal, think_again
from alongside_logbook.http.doors import ActorDep, Doors, DoorsDep, Reading
from alongside_logbook.http.files import HANDED_OUT, attachment
from alongside_logbook.http.pages.common import counts
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.my_data import my_data_view, own_files
from alongside_logbook.zipped import zipped

router = APIRouter()


@router.get("/my-data", include_in_schema=False)
async def my_data_page(pages: PagesDep, viewer: CurrentViewer, uow: Reading) -> Response:
    """Show what there is about me, what leaving removes, and what stays."""
    return await _page(pages, viewer, uow)


@router.get("/my-data/download", include_in_schema=False)
async def download_page(viewer: CurrentViewer, doors: DoorsDep) -> Response:
    """Hand out everything as one archive, made while it is sent."""
    return _archive(viewer, doors)


@router.get("/api/logbook/v1/my-data", tags=["my data"], response_class=Response)
async def download(viewer: CurrentViewer, doors: DoorsDep) -> Response:
    """Hand out everything the logbook holds about me: a ZIP of JSON, CSV and certificates.

    The scheduler and the notifier hand out what they hold under the same name.
    """
    return _archive(viewer, doors)


@router.post("/my-data/remove", include_in_schema=False)
async def remove_page(_viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep) -> Response:
    """Ask for the removal of what need not be kept."""
    async with doors.writing() as uow:
        await ask_removal(actor, uow)
    return redirect(
        "/my-data#leave", f"It is removed in {GRACE.days} days, unless you think again."
    )


@router.post("/my-data/keep", include_in_schema=False)
async def keep_page(
    pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Think again."""
    try:
        async with doors.writing() as uow:
            await think_again(actor, uow)
    except Conflict as error:
        async with doors.reading() as uow:
            return await _page(pages, viewer, uow, error)
    return redirect("/my-data#leave", "Everything stays.")


async def _page(
    pages: PagesDep, viewer: Viewer, uow: LogbookUow, error: Conflict | None = None
) -> Response:
    return pages.render(
        "my_data.html",
        status=error.status if error else HTTPStatus.OK,
        errors=FormErrors.of(error) if error else {},
        found=await my_data_view(viewer.person_id, uow),
        leaving=await uow.departures.get(viewer.person_id),
        due=uow.now + GRACE,
        grace=GRACE.days,
        years=KEPT_YEARS,
        counts=await counts(viewer, uow),
    )


def _archive(viewer: Viewer, doors: Doors) -> Response:
    now = doors.clock.now()

    async def sent() -> AsyncGenerator[bytes]:
        # A unit of work of its own: the one of the request is closed before the sending begins.
        async with (
            doors.reading() as uow,
            aclosing(zipped(own_files(viewer.person_id, uow), now)) as pieces,
        ):
            async for piece in pieces:
                yield piece

    name = f"alongside-logbook-{now:%Y-%m-%d}.zip"
    headers = {**HANDED_OUT, "Content-Disposition": attachment(name)}
    return StreamingResponse(sent(), media_type="application/zip", headers=headers)
