"""Telling somebody that something waits for them on a page of ours."""

from datetime import datetime

from alongside.contracts import PersonAsked
from alongside.contracts.people import AskAbout
from alongside_scheduler.store.uow import SchedulerUow


async def ask_person(
    person_id: str,
    about: AskAbout,
    uow: SchedulerUow,
    *,
    subject: str,
    path: str,
    expires_at: datetime | None = None,
    ask_id: str | None = None,
) -> None:
    """Say that something waits for a person, or was decided for them, and on which page.

    Whoever tells about it tells once for each `ask_id`; without one it is told anew each time.
    """
    await uow.emit(
        PersonAsked(
            id=uow.new_id(),
            occurred_at=uow.now,
            ask_id=ask_id or uow.new_id(),
            person_id=person_id,
            about=about,
            subject=subject,
            path=path,
            expires_at=expires_at,
        )
    )
