"""What a person's calendar was last told of a series, and what is left to tell it.

`left_to_tell` compares that with the series as it stands now. So it does not matter how many
changes lay between, nor how often it is asked: a person hears the final state, once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alongside.contracts import SeriesState
from alongside.zones import zone
from alongside_notifier.domain.recurrence import is_shorter
from alongside_notifier.domain.view import Meeting, View, membership_sequence, shown_roster

Standing = Literal["nothing", "invited", "cancelled", "removed"]
Kind = Literal["invitation", "changed", "cancelled_occurrence", "cancelled", "removed"]
Method = Literal["REQUEST", "CANCEL"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ToldMeeting(_Frozen):
    """One meeting, as told apart from the whole series."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    where: str = ""
    stand_in: str = ""
    """Who leads it in place of the provider of the series."""
    cancelled: bool = False
    sequence: int = 0
    wall: str = ""
    """Its start in the zone of the series, by the clocks of the day on which it was told."""


class Told(_Frozen):
    """What one person's calendar was last told of one series."""

    standing: Standing = "nothing"
    address: str = ""
    sequence: int = -1
    """SEQUENCE of the last message about the whole."""
    times: str = ""
    instants: str = ""
    """Which instants those times are, and which wall times in the zone of the series (`walls`), each
    in a digest: new rules of the clocks move the ones and leave the others. Empty where nobody noted it.
    """
    walls: str = ""
    where: str = ""
    words: str = ""
    meetings: dict[str, ToldMeeting] = {}
    until: AwareDatetime | None = None
    """When the last meeting ends that this calendar shows; None if it shows none."""
    thread: str | None = None
    """Message-ID of the first invitation: what later messages refer to."""


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Message:
    """One iTIP message to one person about one series."""

    kind: Kind
    method: Method
    sequence: int
    key: str | None = None
    """The occurrence it is about; None for the whole series."""
    before: ToldMeeting | None = None
    """What was said of that occurrence so far."""
    news: tuple[str, ...] = ()
    """What changed, in one word each: times, clocks, where, words, who, some.

    The clocks changed where the wall time stays and the instant does not.
    """
    resets_answers: bool = False
    """Whether what was answered before no longer holds."""
    parts: tuple["Message", ...] = ()
    """What changed of single occurrences, where the whole series is told anew because of them."""

    @property
    def asks_again(self) -> frozenset[str]:
        """The occurrences for which what was answered before no longer holds."""
        return frozenset(part.key for part in self.parts if part.key and part.resets_answers)


@dataclass(frozen=True, slots=True)
class LeftToTell:
    """The messages that are due, and what will have been told once they are sent."""

    messages: tuple[Message, ...]
    told: Told


def left_to_tell(
    told: Told,
    series: SeriesState,
    view: View | None,
    *,
    person_id: str,
    address: str,
    now: datetime,
    small_changes: bool = False,
) -> LeftToTell:
    """Return what this person has yet to hear of the series.

    `view` is None once nothing in the series is theirs. Nothing is said about what is over.
    With `small_changes`, a new title or provider alone is told too; a new place always is.
    """
    if told.address != address and told.standing == "invited":
        # A new address is a new calendar: it has heard nothing yet.
        told = Told(thread=told.thread, sequence=told.sequence, standing="nothing")
    invited = told.standing == "invited"
    if view is None:
        if not invited or not _shows_ahead(told, now):
            return LeftToTell((), told)
        counter = membership_sequence(series, person_id)
        if counter <= told.sequence:
            counter = max(series.sequence, told.sequence + 1)
        return _ended(told, "removed", counter)
    if view.cancelled:
        if not invited or not _shows_ahead(told, now):
            return LeftToTell((), told)
        return _ended(told, "cancelled", max(view.sequence, series.sequence, told.sequence + 1))
    if not invited:
        return _invitation(told, view, address, now)
    return _changes(told, view, now, small_changes=small_changes)


def _ended(told: Told, kind: Literal["cancelled", "removed"], sequence: int) -> LeftToTell:
    message = Message(kind, "CANCEL", sequence)
    after = told.model_copy(
        update={"standing": kind, "sequence": sequence, "meetings": {}, "until": None}
    )
    return LeftToTell((message,), after)


def _invitation(told: Told, view: View, address: str, now: datetime) -> LeftToTell:
    if not view.has_future(now):
        return LeftToTell((), told)
    sequence = view.sequence
    if told.standing != "nothing" and sequence <= told.sequence:
        sequence = max(view.series.sequence, told.sequence + 1)
    after = _whole(told, view, sequence).model_copy(update={"address": address})
    return LeftToTell((Message("invitation", "REQUEST", sequence),), after)


def _changes(told: Told, view: View, now: datetime, *, small_changes: bool) -> LeftToTell:
    news = _news_of_the_whole(told, view, small_changes=small_changes)
    # Meetings that left the series stand in this calendar until it is told, however little is left.
    if news and (view.has_future(now) or ("times" in news and _shows_ahead(told, now))):
        return _changed_whole(told, view, news)
    messages: list[Message] = []
    meetings = dict(told.meetings)
    for meeting in view.meetings if view.recurrence.repeats else ():
        if not meeting.differs and meeting.key not in told.meetings:
            continue
        before = told.meetings.get(meeting.key) or _as_the_master_says(meeting, view, told)
        after = _as_told(meeting, view)
        if _same(before, after):
            continue
        meetings[meeting.key] = after
        if before.ends_at <= now and meeting.is_over(now):
            continue
        messages.append(_about_one(meeting.key, before, after))
    if len(messages) > 1:
        # Several at once, leave or holidays: one message restates the series, not one for each.
        return _changed_whole(told, view, ("some",), tuple(messages))
    until = told.until if "times" in news else _until(view)
    facts: dict[str, object] = {"meetings": meetings, "until": until}
    if not told.instants and told.times == view.recurrence.fingerprint():
        facts |= _moments(view)
    return LeftToTell(tuple(messages), told.model_copy(update=facts))


def asks_again(before: View, after: View) -> bool:
    """Tell whether what was answered for the whole series no longer holds: it has other times.

    It still does where somebody else leads, where it ends sooner, and where the clocks changed.
    """
    walls = _moments(before)["walls"], _moments(after)["walls"]
    fingerprints = before.recurrence.fingerprint(), after.recurrence.fingerprint()
    return walls[0] != walls[1] and not is_shorter(*fingerprints)


def noted(told: Told, before: View | None, after: View | None = None) -> Told:
    """Return what was told with its moments noted, where nobody did: as the series was then.

    With what it is `after` the clocks changed, single meetings too: there the wall time stays.
    """
    if told.standing != "invited" or before is None:
        return told
    if not told.instants:
        told = told.model_copy(update=_moments(before))
    if after is None:
        return told
    meetings = {
        key: each.model_copy(update={"wall": _wall(meeting.starts_at, after)})
        if not each.wall
        and (meeting := after.meeting(key)) is not None
        and (old := before.meeting(key)) is not None
        and old.starts_at == each.starts_at
        else each
        for key, each in told.meetings.items()
    }
    return told.model_copy(update={"meetings": meetings})


def _about_one(key: str, before: ToldMeeting, after: ToldMeeting) -> Message:
    if after.cancelled:
        return Message("cancelled_occurrence", "CANCEL", after.sequence, key, before)
    return Message(
        "changed",
        "REQUEST",
        after.sequence,
        key,
        before,
        _news_of_one(before, after),
        resets_answers=before.starts_at != after.starts_at and not _is_by_clocks(before, after),
    )


def _changed_whole(
    told: Told, view: View, news: tuple[str, ...], parts: tuple[Message, ...] = ()
) -> LeftToTell:
    """Return the message that restates all of it: what is cancelled is left out of the rule."""
    sequence = max(view.sequence, told.sequence)
    if {"times", "clocks", "some"} & set(news) and sequence == told.sequence:
        sequence = max(view.series.sequence, told.sequence + 1)
    after = _whole(told, view, sequence)
    # Whoever said yes to what stays is not asked again because the rest of it goes.
    resets = "times" in news and not is_shorter(told.times, view.recurrence.fingerprint())
    message = Message("changed", "REQUEST", sequence, news=news, resets_answers=resets, parts=parts)
    return LeftToTell((message,), after)


def _shows_ahead(told: Told, now: datetime) -> bool:
    """Tell whether this calendar shows something that is not over; where nobody noted it, it may."""
    if "until" not in told.model_fields_set:
        return True
    return told.until is not None and told.until > now


def _until(view: View) -> datetime | None:
    return max((meeting.ends_at for meeting in view.planned()), default=None)


def _news_of_the_whole(told: Told, view: View, *, small_changes: bool) -> tuple[str, ...]:
    news: list[str] = []
    moments = _moments(view)
    if not told.instants:
        if told.times != view.recurrence.fingerprint():
            news.append("times")
    elif told.instants != moments["instants"]:
        # In which words a calendar is told the same instants is no news.
        news.append("clocks" if told.walls == moments["walls"] else "times")
    if told.where != _where(view):
        news.append("where")
    if told.words != _words(view) and (small_changes or news or view.sequence > told.sequence):
        news.append("words")
        if told.words.partition("|")[0] != _words(view).partition("|")[0]:
            news.append("who")
    return tuple(news)


def _news_of_one(before: ToldMeeting, after: ToldMeeting) -> tuple[str, ...]:
    by_clocks = _is_by_clocks(before, after)
    pairs = {
        "times": not by_clocks
        and (before.starts_at, before.ends_at, before.cancelled)
        != (after.starts_at, after.ends_at, after.cancelled),
        "clocks": by_clocks,
        "where": before.where != after.where,
        "who": before.stand_in != after.stand_in,
    }
    return tuple(word for word, differs in pairs.items() if differs)


def _is_by_clocks(before: ToldMeeting, after: ToldMeeting) -> bool:
    """Tell whether a meeting is at another instant, and at the same time on the clock."""
    return (
        before.starts_at != after.starts_at
        and before.wall == after.wall != ""
        and before.ends_at - before.starts_at == after.ends_at - after.starts_at
        and before.cancelled == after.cancelled
    )


def _moments(view: View) -> dict[str, str]:
    """Return when the whole series is, as instants and on the clock of its zone."""
    meetings = view.meetings
    if view.recurrence.repeats:
        starts, walls = [each.original_start for each in meetings], [each.key for each in meetings]
    else:
        (only,) = meetings
        starts = [only.starts_at]
        is_there = only.starts_at == only.original_start
        walls = [only.key if is_there else _wall(only.starts_at, view)]
    length = f"{view.recurrence.duration}"
    return {
        "instants": _digest([length, *(f"{each.astimezone(UTC):%Y%m%dT%H%M}" for each in starts)]),
        "walls": _digest([length, *walls]),
    }


def _wall(instant: datetime, view: View) -> str:
    return f"{instant.astimezone(zone(view.series.zone)):%Y%m%dT%H%M}"


def _digest(parts: list[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:24]


def _whole(told: Told, view: View, sequence: int) -> Told:
    return told.model_copy(
        update={
            "standing": "invited",
            "sequence": sequence,
            "times": view.recurrence.fingerprint(),
            **_moments(view),
            "where": _where(view),
            "words": _words(view),
            "until": _until(view),
            "meetings": {
                meeting.key: _as_told(meeting, view, sequence) for meeting in view.overrides
            },
        }
    )


def _as_told(meeting: Meeting, view: View, floor: int = 0) -> ToldMeeting:
    return ToldMeeting(
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        where=meeting.where,
        stand_in=meeting.provider_id if meeting.provider_id != view.series.provider_id else "",
        cancelled=meeting.cancelled,
        sequence=max(view.sequence, meeting.sequence, floor),
        wall=_wall(meeting.starts_at, view),
    )


def _as_the_master_says(meeting: Meeting, view: View, told: Told) -> ToldMeeting:
    """Return what a calendar shows of a meeting that was never told apart."""
    return ToldMeeting(
        starts_at=meeting.original_start,
        ends_at=meeting.original_start + view.recurrence.duration,
        where=told.where,
        sequence=told.sequence,
        wall=_wall(meeting.original_start, view),
    )


def _same(before: ToldMeeting, after: ToldMeeting) -> bool:
    if before.cancelled and after.cancelled:
        return True
    noted = {"sequence", "wall"}
    return before.model_dump(exclude=noted) == after.model_dump(exclude=noted)


def _where(view: View) -> str:
    return view.where if view.recurrence.repeats else view.meetings[0].where


def _words(view: View) -> str:
    series = view.series
    provider = series.provider_id if view.recurrence.repeats else view.meetings[0].provider_id
    words = f"{provider}|{series.title}"
    others = shown_roster(series, view.person_id)
    return f"{words}|{','.join(others)}" if others else words
