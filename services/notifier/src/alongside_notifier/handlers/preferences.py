"""Choosing what to be told."""

from dataclasses import replace

from alongside.contracts import PersonState
from alongside.errors import Invalid
from alongside_notifier.desk import Desk
from alongside_notifier.domain.quiet import disturbs_from
from alongside_notifier.handlers.mailroom import waiting_line
from alongside_notifier.handlers.refresh import refresh_person
from alongside_notifier.store.people import Preferences
from alongside_notifier.store.uow import NotifierUow

MOST_LEADS = 5
_LONGEST_LEAD = 14 * 24 * 60
_LONGEST_ALARM = 24 * 60


async def choose(
    person: PersonState, chosen: Preferences, uow: NotifierUow, desk: Desk
) -> Preferences:
    """Keep a person's choice, and apply it to everything that is planned already."""
    leads = None if chosen.leads is None else tuple(sorted(set(chosen.leads), reverse=True))
    if leads is not None:
        if len(leads) > MOST_LEADS:
            raise Invalid(f"At most {MOST_LEADS} reminders for one session.", field="leads")
        if any(not 0 < lead <= _LONGEST_LEAD for lead in leads):
            raise Invalid("A reminder is between 1 minute and 14 days ahead.", field="leads")
    if chosen.alarm_minutes is not None and not 0 <= chosen.alarm_minutes <= _LONGEST_ALARM:
        raise Invalid("An alarm is at most a day ahead.", field="alarm_minutes")
    kept = replace(chosen, leads=leads)
    await uow.people.set_preferences(person.person_id, kept)
    await uow.mails.wait_until(
        waiting_line(person.person_id), disturbs_from(uow.now, kept.quiet, person.zone)
    )
    await refresh_person(person, uow, desk)
    return kept
