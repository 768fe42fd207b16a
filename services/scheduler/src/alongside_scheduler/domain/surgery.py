"""Surgery on a series that stays one series: changed whole, skipped, ended early, led by others.

Like every step in a series' life, each of these is one version, and keeps the key of every
occurrence. What is done to "this and all later" so that times change is in `continuation`.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alongside.contracts import Occurrence, SeriesState
from alongside.errors import Invalid
from alongside_scheduler.domain.series import (
    LONGEST_PLACE,
    LONGEST_TITLE,
    SessionOver,
    Where,
    check_duration,
    check_parts,
    end,
    minutes_of,
    need_planned,
    present_ids,
    replaced,
    step,
    still_open,
)
from alongside_scheduler.domain.words import checked_link, checked_text


class SessionBegun(SessionOver):
    """This session has begun already. Choose a later one."""

    code = "session_begun"


def revise(
    series: SeriesState,
    *,
    title: str,
    where: Where,
    duration_minutes: int,
    provider_id: str,
    co_provider_ids: tuple[str, ...],
    now: datetime,
) -> SeriesState:
    """Return the series with other words, length or people in the lead; unchanged if nothing differs.

    What has begun keeps the length it had and who led it.
    """
    need_planned(series)
    check_duration(duration_minutes)
    check_parts(provider_id, co_provider_ids, present_ids(series))
    facts: dict[str, Any] = {
        "title": checked_text("title", title, LONGEST_TITLE),
        "place": checked_text("place", where.place or "", LONGEST_PLACE, required=False) or None,
        "link": checked_link("link", where.link),
        "duration_minutes": duration_minutes,
        "provider_id": provider_id,
        "co_provider_ids": co_provider_ids,
    }
    changed = {name: value for name, value in facts.items() if getattr(series, name) != value}
    if not changed:
        return series
    weighty = bool(changed.keys() & {"duration_minutes", "provider_id", "co_provider_ids"})
    counter = series.sequence + 1 if weighty else series.sequence
    revised = tuple(_revised(each, series, changed, counter, now) for each in series.occurrences)
    return step(series, now, counter, whole=True, occurrences=revised, **changed)


def skip(
    series: SeriesState, first: date, last: date, *, zone: ZoneInfo, now: datetime
) -> SeriesState:
    """Return the series without what is ahead from one day to another, both included, in one step.

    The days are wall dates in the series' zone, on which sessions take place now.
    """
    need_planned(series)
    if last < first:
        raise Invalid("The last day is before the first.", field="last_day")
    gone = {
        each.key
        for each in series.occurrences
        if each.status == "planned"
        and each.starts_at > now
        and first <= each.starts_at.astimezone(zone).date() <= last
    }
    if not gone:
        raise Invalid("No session ahead falls between these days.", field="first_day")
    return _called_off(series, gone, now)


def cancel_from(series: SeriesState, key: str, *, now: datetime) -> SeriesState:
    """Return the series with one occurrence and all later ones cancelled, in one step."""
    first = still_open(series, key)
    if first.starts_at <= now:
        raise SessionBegun
    gone = {
        each.key
        for each in series.occurrences
        if each.status == "planned" and each.key >= key and each.starts_at > now
    }
    return _called_off(series, gone, now)


def stand_in(
    series: SeriesState, key: str, provider_id: str | None, *, now: datetime
) -> SeriesState:
    """Return the series with somebody else leading one occurrence; with None, its provider again.

    Who is of record for that date changes; the identity of the session does not.
    """
    old = still_open(series, key)
    lead = None if provider_id in {None, series.provider_id} else provider_id
    if (lead or series.provider_id) == (old.provider_id or series.provider_id):
        raise Invalid("Nothing would change: that is who leads it now.", field="provider_id")
    if lead is not None:
        check_parts(lead, (), present_ids(series))
    counter = series.sequence + 1
    led = old.model_copy(update={"provider_id": lead, "sequence": counter, "changed_at": now})
    return step(series, now, counter, occurrences=replaced(series, led))


def hand_over(
    series: SeriesState, provider_id: str, on: date, *, zone: ZoneInfo, now: datetime
) -> SeriesState:
    """Return the series led by somebody else from a day on (a wall date in its zone).

    Earlier sessions, and what has begun, keep who led them; a stand-in on a later date stays.
    A co-provider who takes over is no longer co-provider.
    """
    need_planned(series)
    if provider_id == series.provider_id:
        raise Invalid("This person leads the series already.", field="provider_id")
    co_provider_ids = tuple(each for each in series.co_provider_ids if each != provider_id)
    check_parts(provider_id, co_provider_ids, present_ids(series))
    handed = {
        each.key
        for each in series.occurrences
        if each.starts_at > now and each.starts_at.astimezone(zone).date() >= on
    }
    if not any(each.key in handed and each.status == "planned" for each in series.occurrences):
        raise Invalid("No session of this series lies on or after that day.", field="on")
    led = tuple(
        _led_from_now_on(each, series.provider_id, provider_id)
        if each.key in handed
        else each.model_copy(update={"provider_id": each.provider_id or series.provider_id})
        for each in series.occurrences
    )
    counter = series.sequence + 1
    facts: dict[str, Any] = {"provider_id": provider_id, "co_provider_ids": co_provider_ids}
    return step(series, now, counter, whole=True, occurrences=led, **facts)


def _led_from_now_on(each: Occurrence, old: str, new: str) -> Occurrence:
    lead = None if each.provider_id in {old, new} else each.provider_id
    return each.model_copy(update={"provider_id": lead})


def _called_off(series: SeriesState, keys: Collection[str], now: datetime) -> SeriesState:
    """Return the series with these cancelled; with the last one, the series itself is over."""
    if all(each.status == "cancelled" or each.key in keys for each in series.occurrences):
        return end(series, now=now, begun_too=True)
    counter = series.sequence + 1
    left = tuple(
        each.model_copy(update={"status": "cancelled", "sequence": counter, "changed_at": now})
        if each.key in keys
        else each
        for each in series.occurrences
    )
    # One is told as one; several are told as the whole series, by one message.
    return step(series, now, counter, whole=len(keys) > 1, occurrences=left)


def _revised(
    each: Occurrence, series: SeriesState, changed: dict[str, Any], counter: int, now: datetime
) -> Occurrence:
    begun = each.starts_at <= now
    facts: dict[str, Any] = {}
    if begun and "provider_id" in changed and each.provider_id is None:
        facts["provider_id"] = series.provider_id
    if "duration_minutes" in changed and minutes_of(each) == series.duration_minutes:
        if begun:
            # Over the pattern's head, an override keeps the length this meeting really had.
            facts |= {"moved": True, "sequence": counter, "changed_at": now}
        else:
            minutes = changed["duration_minutes"]
            # Another length is asked about anew: what was answered before was about the old one.
            facts |= {"ends_at": each.starts_at + timedelta(minutes=minutes), "changed_at": now}
            if each.moved:
                facts["sequence"] = counter
    return each.model_copy(update=facts) if facts else each
