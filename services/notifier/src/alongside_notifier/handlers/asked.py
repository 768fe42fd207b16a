"""Hearing that something of the scheduler waits for somebody: one letter, while it is of use."""

from datetime import timedelta

from alongside.contracts import PersonAsked
from alongside_notifier.desk import Desk
from alongside_notifier.domain.words.asked import ask_about
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.handlers.spoken import words_for
from alongside_notifier.store.uow import NotifierUow

STALE = timedelta(days=30)
"""What was decided longer ago is in everybody's calendar: it comes from a history."""


async def tell_asked(event: PersonAsked, uow: NotifierUow, desk: Desk) -> None:
    """Mail the person once, however often it is heard; never after the answer's time is over."""
    over = event.expires_at or event.occurred_at + STALE
    person = await uow.people.get(event.person_id)
    if person is None or over <= uow.now:
        return
    words = await words_for(person.person_id, uow, desk)
    until = words.times.moment(event.expires_at, person.zone) if event.expires_at else None
    ask = ask_about(event.about, words.asked).about(words.series.title(event.subject), until)
    letter = desk.letters.render(
        "asked",
        words.language,
        association=await uow.people.association_name(),
        name=person.name,
        headline=ask.subject,
        sentence=ask.sentence,
        deadline=ask.deadline,
        label=ask.label,
        link=f"{desk.origin}{event.path}",
    )
    await queue_letter(
        letter,
        kind="asked",
        why=_WHY.get(event.about, "Something waits for this person, or was decided."),
        to=person,
        message_id=f"<asked.{event.ask_id}@{desk.domain}>",
        uow=uow,
        desk=desk,
    )


_WHY = {
    "seat_offered": "A seat came free, and was offered.",
    "session_requested": "A supervisee asked for a session.",
    "request_granted": "A time that was asked for was agreed to.",
    "request_declined": "The times that were asked for do not suit.",
    "poll_opened": "A group looks for a time to meet.",
    "poll_decided": "A group found a time to meet.",
    "time_proposed": "Somebody proposed another time for a session.",
    "clocks_collide": "Two sessions are at one time since the clocks changed.",
}
