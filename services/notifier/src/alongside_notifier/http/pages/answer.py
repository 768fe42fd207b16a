"""The link in an invitation: answering without an account. Looking changes nothing."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from alongside.contracts import PersonState, SeriesState
from alongside.errors import AlongsideError, Gone, Invalid, NotFound
from alongside.web.forms import form_data
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.words import Words
from alongside_notifier.handlers.answers import answer_for, answer_on_page
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.http.agenda import agenda_of_series
from alongside_notifier.http.answer_words import answer_words
from alongside_notifier.http.pages.calendar import ANSWERS, checked_answer
from alongside_notifier.http.reading import OpenWrite, Read, TheDesk
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about what, and in which words."""

    person: PersonState
    series: SeriesState
    words: Words

    @property
    def title(self) -> str:
        """What the series is called, as they read it."""
        return self.words.series.title(one_line(self.series.title))


@router.get("/answer/{token}")
async def show(
    token: str, pages: PagesDep, read: Read, desk: TheDesk, answer: str = ""
) -> Response:
    """Show what is asked. Mail scanners open links, so nothing is recorded here."""
    asked = await asked_by(token, read, desk)
    if asked.person.left_at is not None:
        return gone(asked.words, pages)
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
    asked = await asked_by(token, read, desk)
    if asked.person.left_at is not None:
        return gone(asked.words, pages)
    says = answer_words(asked.words.language)
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
        return await _page(
            token, asked, pages, read, chosen="", error=says.refused(error.detail), status=422
        )
    except Gone:
        raise
    except AlongsideError as error:
        return redirect(f"/answer/{token}", says.refused(error.detail), "warn")
    return redirect(f"/answer/{token}", says.noted[chosen])


async def asked_by(token: str, read: NotifierUow, desk: Desk) -> Asked:
    """Return who is asked about what, by the link that only they were sent; they may have left."""
    who = desk.read_answer_token(token)
    if who is None:
        raise NotFound("This link is not complete. Please open it from the mail once more.")
    person, series = await read.people.get(who[0]), await read.series.get(who[1])
    if person is None or series is None:
        raise NotFound
    words = await words_for(person.person_id, read, desk)
    return Asked(person, series, words)


def gone(words: Words, pages: Pages) -> Response:
    """Say that a link is nobody's any more."""
    return pages.render("answer_gone.html", 410, **said_in(words))


def said_in(words: Words) -> dict[str, Any]:
    """Return what every page behind a mailed link is rendered with."""
    says = answer_words(words.language)
    return {"words": says, "page_language": says.language, "skip": says.skip}


async def _page(
    token: str,
    asked: Asked,
    pages: Pages,
    read: NotifierUow,
    *,
    chosen: str,
    error: str | None = None,
    status: int = 200,
) -> Response:
    person, series, words = asked.person, asked.series, asked.words
    seat = await read.seats.get(person.person_id, series.series_id)
    view = seat_view(series, person.person_id, seat)
    provider = await read.people.get(series.provider_id)
    lines = []
    if view is not None and not view.cancelled:
        lines = await agenda_of_series(person.person_id, series, view, read)
    return pages.render(
        "answer.html",
        status,
        token=token,
        person=person,
        title=asked.title,
        provider=provider.name if provider else "",
        rhythm=words.series.rhythm(view) if view else "",
        cancelled=view is None or view.cancelled,
        repeats=view is not None and view.recurrence.repeats,
        lines=lines[:_SHOWN],
        more=max(0, len(lines) - _SHOWN),
        given=await answer_for(person.person_id, series, None, read),
        chosen=chosen,
        error=error,
        zone=person.zone,
        association=await read.people.association_name(),
        **said_in(words),
    )
