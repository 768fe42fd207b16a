"""The names that calendars show of a series."""

from collections.abc import Mapping

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.domain.calendar import Names
from alongside_notifier.domain.view import providers_of, shown_roster
from alongside_notifier.store.uow import NotifierUow


def shown_names(series: SeriesState) -> frozenset[str]:
    """Return the people whose names calendars show of a series."""
    return providers_of(series).union(shown_roster(series, ""))


async def names_for(series: SeriesState, uow: NotifierUow) -> Names:
    """Return the names that calendars show of a series."""
    people = await uow.people.by_ids(shown_names(series))
    return names_of(series, people, await uow.people.association_name())


def names_of(series: SeriesState, people: Mapping[str, PersonState], association: str) -> Names:
    """Return the names that calendars show of a series, of people who are known."""
    shown = {who: people[who].name for who in shown_names(series) if who in people}
    return Names(association=association, people=shown)
