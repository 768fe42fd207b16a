"""Choosing what to be told."""

from dataclasses import replace

from alongside.contracts import PersonState
from alongside.errors import Invalid
from alongside_notifier.desk import Desk
from alongside_notifier.domain.feeds import LONGEST_ALARM
from alongside_notifier.domain.reminders import checked_leads
from alongside_notifier.handlers.mailroom import wait_for_quiet
from alongside_notifier.handlers.more_feeds import follow_choice
from alongside_notifier.handlers.refresh import refresh_person
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.uow import NotifierUow


async def choose(
    person: PersonState, chosen: Preferences, uow: NotifierUow, desk: Desk
) -> Preferences:
    """Keep a person's choice, and apply it to everything that is planned already."""
    leads = checked_leads(chosen.leads)
    if chosen.alarm_minutes is not None and not 0 <= chosen.alarm_minutes <= LONGEST_ALARM:
        raise Invalid("An alarm is at most a day ahead.", field="alarm_minutes")
    kept = replace(chosen, leads=leads)
    before = await uow.people.preferences(person.person_id)
    await uow.people.set_preferences(person.person_id, kept)
    await wait_for_quiet(person, kept.quiet, uow)
    if (kept.language, kept.alarm_minutes) == (before.language, before.alarm_minutes):
        await refresh_person(person, uow, desk)
    else:
        await follow_choice(person, uow, desk)
    return kept
