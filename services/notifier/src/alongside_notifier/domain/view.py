"""A series as one person's calendar has it: which meetings are theirs, and how each stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside.contracts import Member, Occurrence, SeriesState
from alongside.zones import zone
from alongside_notifier.domain.recurrence import Recurrence, repeated, single, wall_of


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence, for one person."""

    key: str
    original_start: datetime
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    sequence: int
    place: str | None
    link: str | None
    provider_id: str
    changed_at: datetime | None
    differs: bool
    """Whether it needs a component of its own beside the master."""

    @property
    def where(self) -> str:
        """Place and link in one comparable text."""
        return f"{self.place or ''}|{self.link or ''}"

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended."""
        return self.ends_at <= now


@dataclass(frozen=True, slots=True)
class View:
    """A series, for one person. There is no view for whoever has no meeting in it."""

    series: SeriesState
    person_id: str
    leads: bool
    sequence: int
    """SEQUENCE of the master in this person's calendar."""
    meetings: tuple[Meeting, ...]
    recurrence: Recurrence

    @property
    def where(self) -> str:
        """Place and link of the series in one comparable text."""
        return f"{self.series.place or ''}|{self.series.link or ''}"

    @property
    def overrides(self) -> tuple[Meeting, ...]:
        """The meetings that need a component of their own."""
        if not self.recurrence.repeats:
            return ()
        return tuple(meeting for meeting in self.meetings if meeting.differs)

    @property
    def cancelled(self) -> bool:
        """Whether the whole of it is cancelled."""
        return self.series.status == "cancelled" or (
            not self.recurrence.repeats and self.meetings[0].cancelled
        )

    def meeting(self, key: str) -> Meeting | None:
        """Return the meeting of that key, if it is this person's."""
        return next((meeting for meeting in self.meetings if meeting.key == key), None)

    def planned(self) -> tuple[Meeting, ...]:
        """Return what will, or did, take place, in order of time."""
        if self.series.status == "cancelled":
            return ()
        return tuple(
            sorted((m for m in self.meetings if not m.cancelled), key=lambda m: m.starts_at)
        )

    def has_future(self, now: datetime) -> bool:
        """Tell whether something of it is still to come."""
        return any(not meeting.is_over(now) for meeting in self.planned())


def view_of(series: SeriesState, person_id: str) -> View | None:
    """Return the series as this person's calendar should have it; None if nothing in it is theirs."""
    stints = [member for member in series.members if member.person_id == person_id]
    leads_all = person_id in leaders(series)
    meetings: list[Meeting] = []
    counter = max([series.master_sequence, *(member.sequence for member in stints)])
    for occurrence in sorted(series.occurrences, key=lambda o: o.key):
        substitute = occurrence.provider_id == person_id
        if leads_all:
            missing = _is_led_by_another(series, occurrence, person_id)
            if missing and not meetings:
                # What others lead before the first of their own is not theirs: a provider who took
                # the series over never had it.
                continue
        elif substitute:
            missing = False
            counter = max(counter, occurrence.sequence)
        elif any(_covers(stint, occurrence.key) for stint in stints):
            missing = not any(_covers(stint, _start_key(series, occurrence)) for stint in stints)
        else:
            continue
        meetings.append(_meeting(series, occurrence, missing=missing))
    if not meetings:
        return None
    leads = leads_all or any(o.provider_id == person_id for o in series.occurrences)
    return _viewed(series, person_id, counter, meetings, leads=leads)


def whole_view(series: SeriesState, person_id: str) -> View | None:
    """Return all of a series as whoever leads it may see it: nobody's meetings are left out.

    Nobody is named in it, whether or not the group shows its roster.
    """
    if not series.occurrences:
        return None
    unnamed = series.model_copy(update={"show_roster": False})
    inorder = sorted(series.occurrences, key=lambda o: o.key)
    meetings = [_meeting(series, occurrence, missing=False) for occurrence in inorder]
    return _viewed(unnamed, person_id, series.master_sequence, meetings, leads=True)


def expected(series: SeriesState, key: str | None) -> tuple[str, ...]:
    """Return which members are to come to one meeting; without a key, who has not left."""
    found = {
        each.person_id
        for each in series.members
        if (each.left_on is None if key is None else _covers(each, key))
    }
    return tuple(sorted(found))


def _viewed(
    series: SeriesState, person_id: str, counter: int, meetings: list[Meeting], *, leads: bool
) -> View:
    if len(meetings) == 1:
        only = meetings[0]
        recurrence = single(only.starts_at, only.ends_at - only.starts_at)
        counter = max(counter, only.sequence)
    else:
        recurrence = repeated(
            series.pattern,
            series.zone,
            [(meeting.key, meeting.original_start) for meeting in meetings],
            timedelta(minutes=series.duration_minutes),
        )
    return View(series, person_id, leads, counter, tuple(meetings), recurrence)


def leaders(series: SeriesState) -> tuple[str, ...]:
    """Return who leads the whole series."""
    return (series.provider_id, *series.co_provider_ids)


def providers_of(series: SeriesState) -> frozenset[str]:
    """Return who leads the series, or one meeting of it."""
    substitutes = (o.provider_id for o in series.occurrences if o.provider_id)
    return frozenset({*leaders(series), *substitutes})


def shown_roster(series: SeriesState, person_id: str) -> tuple[str, ...]:
    """Return the other members that somebody may see; nobody, where the group keeps that to itself.

    Whose last day has been said is no longer among them.
    """
    if not series.show_roster:
        return ()
    present = {each.person_id for each in series.members if each.left_on is None}
    return tuple(sorted(present - {person_id}))


def people_of(series: SeriesState) -> frozenset[str]:
    """Return everybody the series ever concerned, as far as it says."""
    return providers_of(series).union(member.person_id for member in series.members)


def has_left(series: SeriesState, person_id: str) -> bool:
    """Tell whether every stint of a member has an end, and they lead nothing."""
    stints = [member for member in series.members if member.person_id == person_id]
    return (
        bool(stints)
        and all(member.left_on is not None for member in stints)
        and person_id not in leaders(series)
    )


def is_removed(series: SeriesState, person_id: str, at: datetime) -> bool:
    """Tell whether somebody who left has nothing more to come, while the others go on.

    Whoever leaves later, or from a series that is over, keeps what they were part of.
    """
    if not has_left(series, person_id):
        return False
    view = view_of(series, person_id)
    if view is not None and view.has_future(at):
        return False
    goes_on = any(o.status == "planned" and o.ends_at > at for o in series.occurrences)
    return series.status == "planned" and goes_on


def membership_sequence(series: SeriesState, person_id: str) -> int:
    """Return the series counter at which this person last joined or left."""
    return max((m.sequence for m in series.members if m.person_id == person_id), default=0)


def _meeting(series: SeriesState, occurrence: Occurrence, *, missing: bool) -> Meeting:
    place, link = occurrence.place or series.place, occurrence.link or series.link
    length = timedelta(minutes=series.duration_minutes)
    cancelled = missing or occurrence.status == "cancelled"
    differs = (
        cancelled
        or occurrence.starts_at != occurrence.original_start
        or occurrence.ends_at - occurrence.starts_at != length
        or (place, link) != (series.place, series.link)
        or occurrence.provider_id not in {None, series.provider_id}
    )
    return Meeting(
        key=occurrence.key,
        original_start=occurrence.original_start,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        cancelled=cancelled,
        sequence=occurrence.sequence,
        place=place,
        link=link,
        provider_id=occurrence.provider_id or series.provider_id,
        changed_at=occurrence.changed_at,
        differs=differs,
    )


def _is_led_by_another(series: SeriesState, occurrence: Occurrence, person_id: str) -> bool:
    """Tell whether somebody else leads this one in place of the series' provider."""
    return person_id == series.provider_id and occurrence.provider_id not in {None, person_id}


def _start_key(series: SeriesState, occurrence: Occurrence) -> str:
    return f"{occurrence.starts_at.astimezone(zone(series.zone)):%Y%m%dT%H%M}"


def _covers(stint: Member, key: str) -> bool:
    day = wall_of(key).date()
    return stint.joined_on <= day and (stint.left_on is None or day <= stint.left_on)
