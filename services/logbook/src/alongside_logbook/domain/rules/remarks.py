"""What is said beside an hour and changes no minute of it."""

from collections.abc import Iterator

from alongside_logbook.domain.providers import DOUBTS
from alongside_logbook.domain.rules.applicant import Applicant
from alongside_logbook.domain.rules.hour import Hour
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

AGES = {"0-3": "children before birth to 36 months", "3-6": "children of 3 up to 6 years"}
"""Whom work can concern, in words."""


def remarks(hour: Hour, pack: Pack, applicant: Applicant) -> Iterator[str]:
    """Say what is worth a look about an hour, in sentences."""
    yield from _of_the_session(hour, pack)
    if hour.provider_id in applicant.unchecked:
        yield DOUBTS["unchecked"]
    if hour.override:
        yield "A coordinator stood in for the provider, who could not confirm it."
    yield from _of_what_others_exclude(hour, pack, applicant)
    yield from _of_the_work(hour, pack, applicant)


def _of_the_session(hour: Hour, pack: Pack) -> Iterator[str]:
    size, shortest = pack.notices.group_size, pack.notices.shortest_session
    if size is not None and hour.head_count > size.people:
        counted = (
            "No rule on group size was found, so it is counted in full and marked."
            if pack.credit is None
            else "It is marked."
        )
        yield (
            f"{hour.head_count} people were in the group on {say_day(hour.held_on)}, more than "
            f"{size.people}. {counted}"
        )
    if shortest is not None and hour.scheduled_minutes < shortest.minutes:
        yield f"The session was shorter than {duration(shortest.minutes)}."


def _of_what_others_exclude(hour: Hour, pack: Pack, applicant: Applicant) -> Iterator[str]:
    if hour.series_id in applicant.leads_series and pack.excludes("own_group") == "warn":
        yield "This is a group that one leads oneself."
    if hour.peer and pack.excludes("peer") == "warn":
        yield "Peers were among themselves, with no designated provider."
    if hour.other_minutes and pack.excludes("other_minutes") == "warn":
        yield f"{duration(hour.other_minutes)} were administrative or clinical."


def _of_the_work(hour: Hour, pack: Pack, applicant: Applicant) -> Iterator[str]:
    ages, work, since = pack.ages, pack.work, applicant.pursuing_since
    if ages is not None:
        if not hour.ages:
            if ages.unsaid == "warn":
                yield f"Nobody said whether the work concerned {AGES[ages.must]}."
        elif ages.must not in hour.ages:
            yield f"The work is not said to have concerned {AGES[ages.must]}."
        elif ages.both == "warn" and len(set(hour.ages)) > 1:
            yield "The work concerned both ages; it is counted in full for each."
    if work is not None and since and hour.held_on < since:
        yield f"The qualifying work began later, on {say_day(since)}."
