"""The link in an invitation: answering without an account. Looking changes nothing."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.contracts import PersonState, SeriesState
from alongside.errors import AlongsideError, Gone, Invalid, NotFound
from alongside.web.forms import form_data
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.domain.view import View
from alongside_notifier.domain.words import ENGLISH
from alongside_notifier.handlers.answers import answer_for, answer_on_page
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.http.agenda import agenda_of_series
from alongside_notifier.http.pages.calendar import ANSWERS, SAID, checked_answer
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class _Asked:
    person: PersonState
    series: SeriesState
    view: View | None


@router.get("/answer/{token}")
async def show(
    token: str, pages: PagesDep, read: Read, desk: TheDesk, answer: str = ""
) -> Response:
    """Show what is asked. Mail scanners open links, so nothing is recorded here."""
    asked = await _asked(token, read, desk)
    return await _page(token, asked, pages, read, chosen=answer if answer in ANSWERS else "")


@router.post("/answer/{token}")
async def record(
    token: str,
    request: Request,
    pages: PagesDep,
    read: Read,
    desk: TheDesk,
    open_write: OpenWrite,
) -> Response:
    """Record an answer for the series, or for one session."""
    asked = await _asked(token, read, desk)
    form = await form_data(request)
    try:
        chosen = checked_answer(form.text("answer"))
        async with open_write() as uow:
            await answer_on_page(
                asked.person.person_id,
                asked.series.series_id,
                form.text("key") or None,
                chosen,
                uow,
                desk,
            )
            await uow.commit()
    except Invalid as error:
        return await _page(token, asked, pages, read, chosen="", error=error.detail, status=422)
    except Gone:
        raise
    except AlongsideError as error:
        return redirect(f"/answer/{token}", error.detail, "warn")
    return redirect(f"/answer/{token}", SAID[chosen])


async def _asked(token: str, read: NotifierUow, desk: Desk) -> _Asked:
    who = desk.read_answer_token(token)
    if who is None:
        raise NotFound("This link is not complete. Please open it from the mail once more.")
    person, series = await read.people.get(who[0]), await read.series.get(who[1])
    if person is None or series is None:
        raise NotFound
    if person.left_at is not None:
        raise Gone("This link is no longer valid.")
    seat = await read.seats.get(person.person_id, series.series_id)
    return _Asked(person, series, seat_view(series, person.person_id, seat))


async def _page(
    token: str,
    asked: _Asked,
    pages: PagesDep,
    read: NotifierUow,
    *,
    chosen: str,
    error: str | None = None,
    status: int = 200,
) -> Response:
    person, series, view = asked.person, asked.series, asked.view
    provider = await read.people.get(series.provider_id)
    lines = []
    if view is not None and not view.cancelled:
        lines = await agenda_of_series(person.person_id, series, view, read)
    return pages.render(
        "answer.html",
        status,
        token=token,
        person=person,
        series=series,
        provider=provider.name if provider else "",
        rhythm=ENGLISH.series.rhythm(view) if view else "",
        cancelled=view is None or view.cancelled,
        repeats=view is not None and view.recurrence.repeats,
        lines=lines[:_SHOWN],
        more=max(0, len(lines) - _SHOWN),
        given=await answer_for(person.person_id, series, None, read),
        chosen=chosen,
        error=error,
        zone=person.zone,
        association=await read.people.association_name(),
    )
