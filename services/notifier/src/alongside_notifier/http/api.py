"""The JSON routes: every page's action for scripts, and the hook for answer mails."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from alongside.errors import Forbidden, NotFound, UnsupportedMediaType
from alongside.web.auth import CurrentViewer, MaybeViewer
from alongside.web.writes import Write
from alongside_notifier.desk import Desk
from alongside_notifier.domain.quiet import clock_of, minutes_of, quiet_of
from alongside_notifier.handlers.answers import answer_on_page
from alongside_notifier.handlers.intake import take_mail
from alongside_notifier.handlers.preferences import choose
from alongside_notifier.handlers.refresh import seat_view
from alongside_notifier.handlers.standing import standing_answer
from alongside_notifier.http.agenda import agenda_of
from alongside_notifier.http.models import (
    AgendaLine,
    AnswerView,
    GiveAnswer,
    MessagePage,
    MessageView,
    PreferencesModel,
    ReplyOutcome,
    WhoComes,
)
from alongside_notifier.http.reading import Read, SeesAll, TheDesk
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(prefix="/api/notifier/v1", tags=["notifier"])


@router.get("/answers")
async def my_agenda(
    viewer: CurrentViewer, read: Read, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[AgendaLine]:
    """Return my sessions to come, each with what I answered."""
    lines = await agenda_of(viewer.person_id, read, limit=limit)
    return [
        AgendaLine(
            series_id=line.series_id,
            occurrence_key=line.key,
            title=line.title,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            place=line.place,
            link=line.link,
            provider=line.provider,
            leads=line.leads,
            answer=line.answer,
        )
        for line in lines
    ]


@router.put("/answers/{series_id}", response_model=AnswerView)
async def give_answer(
    series_id: str, given: GiveAnswer, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Answer for a series, or for one occurrence of it."""

    async def answered(uow: NotifierUow) -> AnswerView:
        kept = await answer_on_page(
            viewer.person_id, series_id, given.occurrence_key, given.answer, uow, desk
        )
        return AnswerView(
            series_id=series_id,
            occurrence_key=kept.key,
            answer=kept.answer,
            answered_at=kept.stamp,
            sequence=kept.sequence,
        )

    return await write(answered)


@router.get("/series/{series_id}/answers")
async def who_comes(series_id: str, viewer: CurrentViewer, read: Read) -> list[WhoComes]:
    """Return who comes to which session. For those who lead the series, and coordinators."""
    series = await read.series.get(series_id)
    if series is None:
        raise NotFound
    if viewer.person_id not in {series.provider_id, *series.co_provider_ids} and not (
        viewer.is_coordinator
    ):
        raise Forbidden("Only those who lead a series see who comes.")
    answers = await read.answers.of_series(series_id)
    seats = await read.seats.of_series(series_id)
    people = await read.people.by_ids(set(seats))
    found: list[WhoComes] = []
    for person_id, seat in sorted(seats.items()):
        view = seat_view(series, person_id, seat)
        if view is None or view.leads or person_id not in people:
            continue
        mine = [row for row in answers if row.person_id == person_id]
        found += [
            WhoComes(
                person_id=person_id,
                name=people[person_id].name,
                occurrence_key=meeting.key,
                starts_at=meeting.starts_at,
                answer=standing_answer(mine, series, meeting.key),
            )
            for meeting in view.planned()
            if not meeting.is_over(read.now)
        ]
    return found


@router.get("/messages")
async def list_messages(
    viewer: CurrentViewer,
    read: Read,
    sees_all: SeesAll,
    of: Literal["me", "all"] = "me",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> MessagePage:
    """Return the mails sent to me; `of=all` for a coordinator where mails are files."""
    if of == "all" and not sees_all:
        raise Forbidden("Everybody's mails are shown only where no mail server is set.")
    rows, total = await read.mails.listed(
        person_id=None if of == "all" else viewer.person_id, limit=limit, offset=offset
    )
    return MessagePage(
        total=total,
        messages=[
            MessageView(**{name: getattr(row, name) for name in MessageView.model_fields})
            for row in rows
        ],
    )


@router.get("/preferences")
async def show_preferences(viewer: CurrentViewer, read: Read) -> PreferencesModel:
    """Return what I chose."""
    return _preferences(await read.people.preferences(viewer.person_id))


@router.put("/preferences", response_model=PreferencesModel)
async def set_preferences(
    chosen: PreferencesModel, viewer: CurrentViewer, write: Write, desk: TheDesk
) -> Response:
    """Choose what to be told. It holds for sessions that are planned already, too."""

    async def kept(uow: NotifierUow) -> PreferencesModel:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        leads = None if chosen.reminder_leads is None else tuple(chosen.reminder_leads)
        wanted = Preferences(
            leads,
            chosen.alarm_minutes,
            chosen.small_changes,
            chosen.hour_mails,
            quiet_of(minutes_of(chosen.quiet_from or ""), minutes_of(chosen.quiet_until or "")),
            chosen.weekly_digest,
            chosen.language,
        )
        return _preferences(await choose(person, wanted, uow, desk))

    return await write(kept)


@router.post("/replies", response_model=ReplyOutcome)
async def take_reply(
    request: Request,
    viewer: MaybeViewer,
    write: Write,
    desk: TheDesk,
    x_alongside_hook_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Take a mail that came to our address, raw (`message/rfc822`), from a mail system.

    It is an answer to an invitation, or a report that a mail came back.

    It shows the hook key (`alongside mail hook-key`), or a coordinator's API token.
    """
    if not _may_hand_in(desk, viewer, x_alongside_hook_key):
        raise Forbidden("This takes the hook key, or a coordinator's token.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "message/rfc822":
        raise UnsupportedMediaType("Send the mail as it is, as message/rfc822.")
    raw = await request.body()

    async def taken(uow: NotifierUow) -> ReplyOutcome:
        outcome = await take_mail(raw, uow, desk)
        return ReplyOutcome(outcome=outcome.outcome, reason=outcome.reason)

    return await write(taken)


def _may_hand_in(desk: Desk, viewer: MaybeViewer, key: str | None) -> bool:
    if key is not None and desk.secrets.is_link_mac("hook", "replies", key):
        return True
    return viewer is not None and viewer.is_coordinator


def _preferences(chosen: Preferences) -> PreferencesModel:
    return PreferencesModel(
        reminder_leads=None if chosen.leads is None else list(chosen.leads),
        alarm_minutes=chosen.alarm_minutes,
        small_changes=chosen.small_changes,
        hour_mails=chosen.hour_mails,
        quiet_from=clock_of(chosen.quiet.begins) if chosen.quiet else None,
        quiet_until=clock_of(chosen.quiet.ends) if chosen.quiet else None,
        weekly_digest=chosen.digest,
        language=chosen.language,
    )
