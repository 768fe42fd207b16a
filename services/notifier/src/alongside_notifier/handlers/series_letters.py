"""The words that go with an iTIP message."""

from datetime import datetime
from typing import Any

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.domain import wording
from alongside_notifier.domain.calendar import safe_link
from alongside_notifier.domain.mime import Letter
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.told import Message
from alongside_notifier.domain.view import Meeting, View, leaders
from alongside_notifier.letters import Letters

_LISTED = 12

_WHY = {
    "invitation": "On the roster of {title}.",
    "changed": "{title} changed.",
    "cancelled_occurrence": "{one} was cancelled.",
    "cancelled": "{title} was cancelled.",
    "removed": "No longer part of {title}.",
}


def why(message: Message, series: SeriesState) -> str:
    """Return in one sentence why somebody gets this message."""
    if series.purpose == "consultation" and message.kind in {"invitation", "removed"}:
        return f"{one_line(series.title)}: {'planned' if message.kind == 'invitation' else 'no longer yours'}."
    return _WHY[message.kind].format(title=one_line(series.title), one=wording.one_of(series))


def series_letter(
    message: Message,
    person: PersonState,
    series: SeriesState,
    view: View | None,
    *,
    provider: PersonState | None,
    association: str,
    others: str,
    answer_url: str,
    letters: Letters,
    now: datetime,
    seen_url: str | None = None,
) -> Letter:
    """Return the letter of a message, in the reader's zone and, where it differs, the provider's.

    `others` are the names of the members whom the reader may see, if any. With a `seen_url` it is
    at short notice, and asks the reader to say that they saw it.
    """
    reader = _Reader(person, series, provider)
    facts: dict[str, Any] = {
        "association": association,
        "name": one_line(person.name),
        "provider": reader.host,
        "title": one_line(series.title),
        "leads": bool(view and view.leads) or person.person_id == series.provider_id,
        "others": others,
        "answer_url": answer_url,
        "seen_url": seen_url,
        "series": len(series.occurrences) > 1,
        "noun": wording.noun(series),
        "sessions": [],
        "more": 0,
        "before": None,
        "short": "",
        "next": False,
        "asks": message.resets_answers or bool(message.asks_again),
        "rhythm": wording.rhythm(view) if view else "",
        "changes": _changes(message, view, reader),
        "what": _why_out(person, reader) if view is None else _what(message, view, reader, now),
    }
    facts |= reader.times(None)
    coming = wording.upcoming(view, now) if view else []
    match message.kind:
        case "invitation":
            facts |= _first_of(coming, reader)
        case "changed" if message.key is None:
            facts |= _first_of(coming, reader)
        case "changed":
            meeting = view.meeting(message.key or "") if view else None
            facts |= reader.times(meeting)
            if message.before is not None and "times" in message.news:
                facts["before"] = reader.span(message.before.starts_at, message.before.ends_at)
        case "cancelled_occurrence":
            facts |= _cancelled_one(message, coming, reader)
        case "cancelled" if len(series.occurrences) == 1:
            only = series.occurrences[0]
            facts["before"] = reader.span(only.starts_at, only.ends_at)
            facts["short"] = reader.short(only.starts_at)
        case _:
            pass
    return letters.render(message.kind, **facts)


def _first_of(coming: Any, reader: "_Reader") -> dict[str, Any]:
    if not coming:
        return {}
    facts = reader.times(coming[0])
    if len(coming) > 1:
        facts["sessions"] = [reader.line(m.starts_at) for m in coming[:_LISTED]]
        facts["more"] = max(0, len(coming) - _LISTED)
    return facts


def _cancelled_one(message: Message, coming: Any, reader: "_Reader") -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if message.before is not None:
        facts["before"] = reader.span(message.before.starts_at, message.before.ends_at)
    if coming:
        facts |= reader.times(coming[0])
        facts["next"] = True
    if message.before is not None:
        facts["short"] = reader.short(message.before.starts_at)
    return facts


def _changes(message: Message, view: View | None, reader: "_Reader") -> list[str]:
    """Return a line for each occurrence that changed, where several did at once."""
    lines = []
    for part in message.parts:
        meeting = view.meeting(part.key) if view and part.key else None
        if meeting is None or part.before is None:
            continue
        before = reader.line(part.before.starts_at)
        if part.method == "CANCEL":
            lines.append(f"{before}: cancelled")
        elif "times" in part.news:
            lines.append(f"{before}: now {reader.line(meeting.starts_at)}")
        else:
            lines.append(
                f"{before}: {'another place' if 'where' in part.news else 'led by another'}"
            )
    return lines


def _what(message: Message, view: View, reader: "_Reader", now: datetime) -> str:
    if message.key is not None:
        return _what_of_one(message, reader)
    title = one_line(reader.series.title)
    if message.parts:
        number, off = len(message.parts), all(each.method == "CANCEL" for each in message.parts)
        return f"{number} sessions of {title} {'will not take place' if off else 'change'}:"
    if "times" in message.news:
        return _what_of_times(view, reader, now)
    if "where" in message.news:
        return f"{title} meets somewhere else."
    if "who" in message.news:
        led = reader.series.provider_id
        own = [each for each in wording.upcoming(view, now) if each.provider_id == led]
        since = f" from {reader.day(own[0].starts_at)} on" if own else ""
        return f"{title} is led by {reader.host}{since}; its times stay as they are."
    return f"{title} with {reader.host} was updated; its times stay as they are."


def _what_of_one(message: Message, reader: "_Reader") -> str:
    one = wording.one_of(reader.series)
    if message.before is not None and message.before.cancelled:
        return f"{one} that was cancelled takes place after all."
    if "times" in message.news:
        return f"{one} has another time."
    if "where" in message.news:
        return f"{one} meets somewhere else."
    return f"{one} is led by {reader.host}."


def _what_of_times(view: View, reader: "_Reader", now: datetime) -> str:
    series, title = reader.series, one_line(reader.series.title)
    if series.continued_by is not None:
        rest = "what stays is below" if view.has_future(now) else "none of the old ones is left"
        return f"{title} goes on at other times. They come in an invitation of their own; {rest}."
    if view.leads and view.person_id not in leaders(series):
        return f"{title} is led by {reader.host} now. These sessions are yours:"
    return f"{title} has new times."


def _why_out(person: PersonState, reader: "_Reader") -> str:
    """Say why nothing of a series is somebody's any more."""
    series, title = reader.series, one_line(reader.series.title)
    stays = [each for each in series.members if each.person_id == person.person_id]
    if not stays:
        return f"{title} is led by {reader.host} now, so its sessions leave your calendar."
    if series.continued_by is not None and stays[-1].left_on is None:
        return (
            f"{title} goes on at other times, so the sessions you had leave your calendar. "
            "The new ones come in an invitation of their own."
        )
    return (
        f"You are no longer on the roster of {title} with {reader.host}, so its sessions leave "
        "your calendar."
    )


class _Reader:
    """Times as one person reads them."""

    def __init__(
        self, person: PersonState, series: SeriesState, provider: PersonState | None
    ) -> None:
        self.series = series
        self.host = one_line(provider.name) if provider else "your provider"
        self._zone = person.zone
        self._host_zone = provider.zone if provider else person.zone

    def times(self, meeting: Meeting | None) -> dict[str, Any]:
        """Return when and where a meeting is; only where, for none."""
        if meeting is None:
            return {"whens": [], **_where(self.series.place, self.series.link)}
        return {
            "whens": wording.spans(
                meeting.starts_at, meeting.ends_at, self._zone, self._host_zone, self.host
            ),
            "short": self.short(meeting.starts_at),
            **_where(meeting.place, meeting.link),
        }

    def span(self, start: datetime, end: datetime) -> str:
        """Return a time with day, zone and offset."""
        return wording.span(start, end, self._zone)

    def line(self, instant: datetime) -> str:
        """Return a time for a list: its zone stands above, its offset may differ."""
        offset = wording.offset(instant, self._zone)
        return (
            f"{wording.day(instant, self._zone)}, {wording.clock(instant, self._zone)} ({offset})"
        )

    def day(self, instant: datetime) -> str:
        """Return a day."""
        return wording.day(instant, self._zone)

    def short(self, instant: datetime) -> str:
        """Return a time for a subject, with zone and offset."""
        offset = wording.offset(instant, self._zone)
        return f"{wording.short(instant, self._zone)} ({self._zone}, {offset})"


def _where(place: str | None, link: str | None) -> dict[str, Any]:
    shown = safe_link(link)
    return {"place": one_line(place or "") or None, "link": shown}
