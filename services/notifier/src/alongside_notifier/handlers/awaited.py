"""A gentle word to somebody whose word others wait for: the logbook says when it is due."""

from datetime import timedelta

from alongside.contracts import WordAwaited
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.mailroom import queue_letter
from alongside_notifier.store.uow import NotifierUow

STALE = timedelta(days=7)
"""A reminder is for now: the next one follows after a week."""


async def on_awaited(event: WordAwaited, uow: NotifierUow, desk: Desk) -> None:
    """Write to whoever is waited for, once a reminder, if they want mails about hours."""
    if event.occurred_at + STALE < uow.now:
        return
    person = await uow.people.get(event.person_id)
    if person is None:
        return
    chosen = await uow.people.preferences(person.person_id)
    if not chosen.hour_mails:
        return
    words = desk.words(chosen.language)
    leads = event.about == "record" or "supervisor" in person.roles
    length = words.times.duration(event.minutes)
    said = words.hours.awaited(event.about, event.number, length)
    letter = desk.letters.render(
        "awaited",
        words.language,
        association=await uow.people.association_name(),
        name=person.name,
        headline=said.headline,
        sentence=said.sentence,
        since=words.times.long_date(event.since),
        label=said.label,
        link=f"{desk.origin}/{'attendance' if leads else 'hours'}",
        preferences_url=f"{desk.origin}/preferences",
    )
    await queue_letter(
        letter,
        kind="awaited",
        why="Others have waited for this person's word for a while.",
        to=person,
        message_id=f"<awaited.{event.nudge_id}@{desk.domain}>",
        uow=uow,
        desk=desk,
    )
