"""Hours from elsewhere: said by the supervisee first, vouched for by the provider, or taken back.

Whole minutes, UTC instants, and the day in the zone of the session. Each step is a new version.
"""

from datetime import UTC, date, datetime, time
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.contracts import GroupKind
from alongside.errors import Conflict, Forbidden, Invalid
from alongside.zones import zone
from alongside_logbook.domain.attended import hand_back, stand_behind
from alongside_logbook.domain.entry import OUTSIDE, Ages, EntryVersion, Mode
from alongside_logbook.domain.steps import says, step, unchanged

LONGEST_SESSION = 12 * 60
"""Minutes that one session from elsewhere can be long."""

LARGEST_GROUP = 500
LONGEST_TITLE = 80
EARLIEST = date(1990, 1, 1)
"""An earlier day is a typing error."""

NO_TITLE = "Reflective supervision"


class OutsideHour(BaseModel):
    """What a supervisee, or a log that was kept before, says of one session held elsewhere."""

    model_config = ConfigDict(frozen=True)

    supervisee_id: str
    provider_id: str
    """A registered person's, or an outside provider's."""
    held_on: date
    started_at: AwareDatetime
    """Where nobody knows the time of day: `day_start(held_on, zone)`."""
    zone: str
    minutes: int
    about_rsc_minutes: int = 0
    """Of these, about the RSC that the supervisee gives to others."""
    other_minutes: int = 0
    """Of these, administrative or clinical: they qualify for nothing."""
    kind: GroupKind = "individual"
    head_count: int = 1
    """How many received it together; 1 where it was individual."""
    mode: Mode | None = None
    ages: tuple[Ages, ...] = ()
    peer: bool = False
    title: str = ""
    """A short one that names no family; empty for a plain one."""
    batch_id: str | None = None
    origin: Literal["outside", "import"] = "outside"


def day_start(held_on: date, zone_name: str) -> datetime:
    """Return the first instant of a day, which stands for `the time of day is not known`."""
    return datetime.combine(held_on, time.min, zone(zone_name)).astimezone(UTC)


def is_timed(entry: EntryVersion | OutsideHour) -> bool:
    """Tell whether somebody said when on the day the session began."""
    return entry.started_at != day_start(entry.held_on, entry.zone)


def submit(entry_id: str, facts: OutsideHour, actor_id: str, now: AwareDatetime) -> EntryVersion:
    """Return the first version of an entry from elsewhere: it awaits the provider.

    Raises `Invalid` with a message for every field that cannot be right.
    """
    return EntryVersion(
        entry_id=entry_id,
        version=1,
        supervisee_id=facts.supervisee_id,
        series_id=entry_id,
        occurrence_key=OUTSIDE,
        **_said(facts, now),
        presence="present",
        origin=facts.origin,
        status="recorded",
        awaits=facts.provider_id,
        act="submitted",
        actor_id=actor_id,
        at=now,
    )


def revise(
    entry: EntryVersion,
    facts: OutsideHour,
    actor_id: str,
    now: AwareDatetime,
    *,
    seen: int | None = None,
) -> EntryVersion | None:
    """Return the next version after the supervisee changed what they said, or none if nothing did.

    Whatever was vouched for before needs vouching again.
    """
    _own(entry, actor_id)
    unchanged(entry, seen)
    if entry.status == "withdrawn":
        raise Conflict("This was taken back. Write it down anew if it was right after all.")
    said = _said(facts, now)
    if says(entry, said):
        return None
    return step(
        entry,
        said,
        status="recorded",
        awaits=facts.provider_id,
        act="submitted",
        actor_id=actor_id,
        now=now,
    )


def withdraw(
    entry: EntryVersion, actor_id: str, now: AwareDatetime, *, seen: int | None = None
) -> EntryVersion | None:
    """Return the version that is taken back, or none if it was before.

    What it said stays in the record; it counts for nothing any more.
    """
    unchanged(entry, seen)
    if entry.origin == "session":
        raise Conflict("Attendance at a session planned here is corrected, not taken back.")
    if entry.status == "withdrawn":
        return None
    return step(
        entry, {}, status="withdrawn", awaits=None, act="withdrawn", actor_id=actor_id, now=now
    )


def vouch(
    entry: EntryVersion, provider_id: str, now: AwareDatetime, *, seen: int
) -> EntryVersion | None:
    """Return the version the provider stands behind, or none if they did so before."""
    _asked(entry, provider_id)
    return stand_behind(entry, actor_id=provider_id, now=now, seen=seen)


def decline(
    entry: EntryVersion, provider_id: str, reason: str, now: AwareDatetime, *, seen: int
) -> EntryVersion:
    """Return the version the provider disagrees with: the supervisee is awaited."""
    _asked(entry, provider_id)
    return hand_back(entry, reason, actor_id=provider_id, now=now, seen=seen)


def problems(facts: OutsideHour, now: datetime) -> dict[str, str]:
    """Return what cannot be right, by field; empty for what can stand."""
    found = {**_problems_of_day(facts, now), **_problems_of_minutes(facts)}
    if facts.provider_id == facts.supervisee_id:
        found["provider"] = "Nobody provides reflective supervision to themselves."
    if facts.kind == "individual" and facts.head_count != 1:
        found["head_count"] = "Individual means one person; otherwise it was a group."
    elif not 1 <= facts.head_count <= LARGEST_GROUP:
        found["head_count"] = f"Say how many were there: 1 to {LARGEST_GROUP}."
    if len(" ".join(facts.title.split())) > LONGEST_TITLE:
        found["title"] = f"At most {LONGEST_TITLE} characters; and no families, no case notes."
    return found


def _problems_of_day(facts: OutsideHour, now: datetime) -> dict[str, str]:
    here = zone(facts.zone)
    if facts.held_on > now.astimezone(here).date() or facts.started_at > now:
        return {"held_on": "This is still to come. Only what was held can be written down."}
    if facts.held_on < EARLIEST:
        return {"held_on": "This day is too long ago to be right."}
    if facts.started_at.astimezone(here).date() != facts.held_on:
        return {"started_at": "The time lies on another day."}
    return {}


def _problems_of_minutes(facts: OutsideHour) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1 <= facts.minutes <= LONGEST_SESSION:
        found["minutes"] = f"A session is 1 to {LONGEST_SESSION} minutes long."
    for name in ("about_rsc_minutes", "other_minutes"):
        part: int = getattr(facts, name)
        if not 0 <= part <= max(facts.minutes, 0):
            found[name] = f"Of {facts.minutes} minutes, it can be between 0 and {facts.minutes}."
    if not found and facts.about_rsc_minutes + facts.other_minutes > facts.minutes:
        found["other_minutes"] = (
            f"Together with the minutes about the RSC you give, that is more than {facts.minutes}."
        )
    return found


def _said(facts: OutsideHour, now: datetime) -> dict[str, Any]:
    wrong = problems(facts, now)
    if wrong:
        raise Invalid.many(wrong)
    return {
        "provider_id": facts.provider_id,
        "title": " ".join(facts.title.split()) or NO_TITLE,
        "kind": facts.kind,
        "started_at": facts.started_at,
        "zone": facts.zone,
        "held_on": facts.held_on,
        "scheduled_minutes": facts.minutes,
        "head_count": facts.head_count,
        "minutes": facts.minutes,
        "about_rsc_minutes": facts.about_rsc_minutes,
        "other_minutes": facts.other_minutes,
        "mode": facts.mode,
        "ages": tuple(sorted(set(facts.ages))),
        "peer": facts.peer,
        "batch_id": facts.batch_id,
    }


def _own(entry: EntryVersion, actor_id: str) -> None:
    if entry.supervisee_id != actor_id:
        raise Forbidden("Only the person whose hours these are can change what they said.")
    if entry.occurrence_key != OUTSIDE:
        raise Conflict("Attendance at a session planned here is corrected by who led it.")


def _asked(entry: EntryVersion, provider_id: str) -> None:
    if entry.provider_id != provider_id:
        raise Forbidden("These hours are said to be with somebody else.")
