"""VEVENTs of a view, and its part of a feed.

In a feed DTSTAMP and LAST-MODIFIED say when an event was last revised, so the same facts give
the same bytes. There is no METHOD in it and no ATTENDEE: a feed is the quiet truth, not an
invitation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Alarm, Event
from icalendar.prop import vText, vUri

from alongside_notifier.domain.feeds import PLAIN, Note, Style
from alongside_notifier.domain.plain import clean, one_line
from alongside_notifier.domain.recurrence import Recurrence
from alongside_notifier.domain.vcalendar import Fragment
from alongside_notifier.domain.view import Meeting, View, shown_roster
from alongside_notifier.domain.words import ENGLISH, Language, Words, words_in

GRACE = timedelta(days=14)
"""How long a feed goes on to show what was cancelled, as cancelled: some clients keep ghosts else."""
LOOK_BACK = timedelta(days=90)
LOOK_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Names:
    """The names a calendar shows: who leads what, and on whose behalf."""

    association: str
    people: dict[str, str]

    def of(self, person_id: str, words: Words = ENGLISH) -> str:
        """Return a person's name, or a word for somebody not known yet."""
        return one_line(self.people.get(person_id, "")) or words.series.provider

    def others(self, view: View) -> str:
        """Return the names of the members whom this viewer may see, in order; else nothing."""
        seen = shown_roster(view.series, view.person_id)
        known = (one_line(self.people.get(each, "")) for each in seen)
        return ", ".join(sorted((name for name in known if name), key=str.lower))


@dataclass(frozen=True, slots=True)
class Look:
    """How an event reads in one person's calendar, apart from its times."""

    uid: str
    title: str
    said: str
    place: str | None
    link: str | None
    created_at: datetime
    language: Language = "en"


def master_event(view: View, names: Names, words: Words = ENGLISH) -> Event:
    """Return the component that says when the series meets; without DTSTAMP and attendees."""
    return _master(_look_of_the_whole(view, names, words), view.recurrence, view.sequence)


def override_event(view: View, meeting: Meeting, names: Names, words: Words = ENGLISH) -> Event:
    """Return the component of one meeting that differs: same UID, its original start for ever."""
    return _override(_look_of(view, meeting, names, words), view.recurrence, view.sequence, meeting)


def leave_out(event: Event, recurrence: Recurrence, instants: Iterable[datetime]) -> None:
    """Add EXDATE for the rule's starts that are not this viewer's, and for these instants."""
    holes = [*recurrence.holes, *(recurrence.shown(instant) for instant in instants)]
    if holes:
        event.add("exdate", sorted(holes))


def feed_fragment(
    view: View | None,
    names: Names,
    now: datetime,
    *,
    alarm_minutes: int | None = None,
    style: Style = PLAIN,
    notes: Mapping[str, Note] | None = None,
    words: Words = ENGLISH,
) -> Fragment:
    """Return what a feed says of one series at this moment; empty where it says nothing.

    `notes` are what it adds to single meetings, by their keys, or to all of them (the empty key).
    """
    notes = notes or {}
    if view is None:
        return Fragment("")
    series = view.series
    first = min(meeting.starts_at for meeting in view.meetings)
    last = max(meeting.ends_at for meeting in view.meetings)
    if last + LOOK_BACK <= now:
        return Fragment("")
    if first - LOOK_AHEAD > now:
        return Fragment("", stale_at=first - LOOK_AHEAD)
    since = max(series.revised_at, style.since or series.revised_at)
    if view.cancelled:
        return _cancelled_fragment(view, names, now, since, last, style, words)

    turning_points = [last + LOOK_BACK]
    gone = [m for m in view.overrides if m.cancelled and m.ends_at + GRACE <= now]
    apart = view.meetings if view.recurrence.repeats else ()
    shown = [m for m in apart if (m.differs or m.key in notes) and m not in gone]
    turning_points += [m.ends_at + GRACE for m in shown if m.cancelled]

    whole = notes.get("") or notes.get("" if view.recurrence.repeats else view.meetings[0].key)
    revised = max([since, *(m.ends_at + GRACE for m in gone), *([whole.at] if whole else [])])
    look = _styled(_look_of_the_whole(view, names, words), style, whole)
    left_out = tuple(meeting.original_start for meeting in gone)
    facts = (view.recurrence, view.sequence)
    parts = [_master_text(look, *facts, left_out, revised, alarm_minutes, cancelled=False)]
    for meeting in shown:
        note = None if meeting.cancelled else notes.get(meeting.key, notes.get(""))
        changed = max([since, meeting.changed_at or since, *([note.at] if note else [])])
        look = _styled(_look_of(view, meeting, names, words), style, note)
        parts.append(_override_text(look, *facts, meeting, changed, alarm_minutes))
        revised = max(revised, changed)
    block = view.recurrence.block
    zones = (block.name,) if block else ()
    return Fragment("".join(parts), zones, revised, min(turning_points))


def _cancelled_fragment(
    view: View,
    names: Names,
    now: datetime,
    revised: datetime,
    last: datetime,
    style: Style,
    words: Words,
) -> Fragment:
    changed = max([revised, *(m.changed_at for m in view.meetings if m.changed_at)])
    until = min(changed, last) + GRACE if view.recurrence.repeats else last + GRACE
    if until <= now:
        return Fragment("")
    look = _styled(_look_of_the_whole(view, names, words), style, None)
    text = _master_text(look, view.recurrence, view.sequence, (), changed, None, cancelled=True)
    block = view.recurrence.block
    return Fragment(text, (block.name,) if block else (), changed, until)


def _look_of_the_whole(view: View, names: Names, words: Words) -> Look:
    if not view.recurrence.repeats:
        return _look_of(view, view.meetings[0], names, words)
    series = view.series
    return _look(view, names, series.place, series.link, series.provider_id, words)


def _look_of(view: View, meeting: Meeting, names: Names, words: Words) -> Look:
    return _look(view, names, meeting.place, meeting.link, meeting.provider_id, words)


def _look(
    view: View, names: Names, place: str | None, link: str | None, provider_id: str, words: Words
) -> Look:
    series, says = view.series, words.calendars
    if series.purpose == "consultation":
        said = says.visit
    elif view.person_id == provider_id:
        said = says.led
    else:
        said = says.supervision.format(provider=names.of(provider_id, words))
    others = names.others(view)
    if others:
        said = f"{said}\n{says.in_group.format(others=others)}"
    title = words.series.title(series.title)
    return Look(series.uid, title, said, place, link, series.created_at, words.language)


def _styled(look: Look, style: Style, note: Note | None) -> Look:
    """Return what is said of it to whoever has this feed, with what is added to this meeting."""
    title = f"{look.title} {note.mark}" if note else look.title
    match style.detail:
        case "busy":
            busy = words_in(look.language).calendars.busy
            return replace(look, title=busy, said="", place=None, link=None)
        case "titles":
            return replace(look, title=title, said="", place=None, link=None)
        case _:
            return replace(look, title=title) if note else look


def _master(look: Look, recurrence: Recurrence, sequence: int) -> Event:
    event = Event()
    event.add("uid", look.uid)
    event.add("sequence", sequence)
    event.add("dtstart", recurrence.start)
    event.add("dtend", recurrence.start + recurrence.duration)
    if recurrence.rule:
        event.add("rrule", {name: value.split(",") for name, value in recurrence.rule})
    if recurrence.dates:
        # The first once more, which counts as once: some clients read RDATE and forget DTSTART.
        event.add("rdate", [recurrence.start, *recurrence.dates])
    _particulars(event, look)
    return event


def _override(look: Look, recurrence: Recurrence, sequence: int, meeting: Meeting) -> Event:
    event = Event()
    event.add("uid", look.uid)
    event.add("recurrence-id", recurrence.shown(meeting.original_start))
    event.add("sequence", max(sequence, meeting.sequence))
    event.add("dtstart", recurrence.shown(meeting.starts_at))
    event.add("dtend", recurrence.shown(meeting.ends_at))
    _particulars(event, look)
    return event


@lru_cache(maxsize=1024)
def _master_text(
    look: Look,
    recurrence: Recurrence,
    sequence: int,
    left_out: tuple[datetime, ...],
    revised: datetime,
    alarm_minutes: int | None,
    *,
    cancelled: bool,
) -> str:
    event = _master(look, recurrence, sequence)
    leave_out(event, recurrence, left_out)
    if cancelled:
        _mark_cancelled(event, look)
    _finish(event, look, revised, alarm_minutes)
    return _text(event)


@lru_cache(maxsize=4096)
def _override_text(
    look: Look,
    recurrence: Recurrence,
    sequence: int,
    meeting: Meeting,
    revised: datetime,
    alarm_minutes: int | None,
) -> str:
    """Return a component's text. A group's members share it, and most changes leave it as it was."""
    event = _override(look, recurrence, sequence, meeting)
    if meeting.cancelled:
        _mark_cancelled(event, look)
    _finish(event, look, revised, None if meeting.cancelled else alarm_minutes)
    return _text(event)


def _particulars(event: Event, look: Look) -> None:
    event.add("summary", one_line(look.title))
    url = safe_link(look.link)
    where = clean(look.place or "") or clean(look.link or "")
    if where:
        event.add("location", where)
    says = words_in(look.language).calendars
    said = f"{look.said}\n{says.join.format(url=url)}" if url else look.said
    if said:
        event.add("description", said)
    if url:
        event.add(
            "conference",
            vUri(url),
            parameters={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": says.join_label},
        )
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")


def safe_link(link: str | None) -> str | None:
    """Return a link that may be shown as one: http or https and nothing that ends a line."""
    if not link:
        return None
    url = one_line(link).replace(" ", "%20")
    return url if url.lower().startswith(("https://", "http://")) else None


def _mark_cancelled(event: Event, look: Look) -> None:
    said = words_in(look.language).calendars.cancelled
    event["SUMMARY"] = vText(said.format(title=event["SUMMARY"]))
    event["STATUS"] = vText("CANCELLED")
    event["TRANSP"] = vText("TRANSPARENT")


def _finish(event: Event, look: Look, revised: datetime, alarm_minutes: int | None) -> None:
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    event.add("created", min(look.created_at, revised))
    if alarm_minutes is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", clean(look.title))
        alarm.add("trigger", timedelta(minutes=-alarm_minutes))
        alarm.add("uid", f"alarm-{look.uid}")
        event.add_component(alarm)


def _text(event: Event) -> str:
    folded: bytes = event.to_ical()
    return folded.decode()
