"""The words that go with an iTIP message."""

from datetime import datetime
from typing import Any

from alongside.contracts import PersonState, SeriesState
from alongside_notifier.domain.calendar import safe_link
from alongside_notifier.domain.mime import Letter
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.told import Message
from alongside_notifier.domain.view import Meeting, View, leaders
from alongside_notifier.domain.words import ENGLISH, Words
from alongside_notifier.domain.words.series import noun
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
    if "clocks" in message.news:
        return f"The rules of the clocks in {_zone_name(series)} changed."
    return _WHY[message.kind].format(
        title=one_line(series.title), one=ENGLISH.series.one_of(series)
    )


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
    words: Words = ENGLISH,
) -> Letter:
    """Return the letter of a message, in the reader's zone and, where it differs, the provider's.

    `others` are the names of the members whom the reader may see, if any. With a `seen_url` it is
    at short notice, and asks the reader to say that they saw it.
    """
    reader = _Reader(person, series, provider, words)
    facts: dict[str, Any] = {
        "association": association,
        "name": one_line(person.name),
        "provider": reader.host,
        "title": reader.title,
        "leads": bool(view and view.leads) or person.person_id == series.provider_id,
        "others": others,
        "answer_url": answer_url,
        "seen_url": seen_url,
        "series": len(series.occurrences) > 1,
        "noun": noun(series),
        "sessions": [],
        "more": 0,
        "before": None,
        "short": "",
        "next": False,
        "asks": message.resets_answers or bool(message.asks_again),
        "rhythm": words.series.rhythm(view) if view else "",
        "changes": _changes(message, view, reader),
        "what": _why_out(person, reader) if view is None else _what(message, view, reader, now),
    }
    facts |= reader.times(None)
    coming = _upcoming(view, now) if view else []
    match message.kind:
        case "invitation":
            facts |= _first_of(coming, reader)
        case "changed" if message.key is None:
            facts |= _first_of(coming, reader)
            if "clocks" in message.news:
                facts["short"] = ""  # the first of them need not be one that moved
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
    return letters.render(message.kind, words.language, **facts)


def _upcoming(view: View, now: datetime) -> list[Meeting]:
    """Return the meetings that are still to come, the next one first."""
    return [meeting for meeting in view.planned() if not meeting.is_over(now)]


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
    says = reader.says
    lines = []
    for part in message.parts:
        meeting = view.meeting(part.key) if view and part.key else None
        if meeting is None or part.before is None:
            continue
        before = reader.line(part.before.starts_at)
        if part.method == "CANCEL":
            lines.append(says.cancelled.format(before=before))
        elif "clocks" in part.news:
            lines.append(reader.line(meeting.starts_at))
        elif "times" in part.news:
            lines.append(says.now.format(before=before, after=reader.line(meeting.starts_at)))
        elif "where" in part.news:
            lines.append(says.elsewhere.format(before=before))
        else:
            lines.append(says.led_by_another.format(before=before))
    return lines


def _what(message: Message, view: View, reader: "_Reader", now: datetime) -> str:
    if message.key is not None:
        return _what_of_one(message, reader)
    title, says = reader.title, reader.says
    if message.parts:
        return _what_of_several(message, reader)
    if {"times", "clocks"} & set(message.news):
        return _what_of_times(message, view, reader, now)
    if "where" in message.news:
        return says.meets_elsewhere.format(title=title)
    if "who" in message.news:
        led = reader.series.provider_id
        own = [each for each in _upcoming(view, now) if each.provider_id == led]
        since = says.since.format(day=reader.day(own[0].starts_at)) if own else ""
        return says.is_led_by.format(title=title, host=reader.host, since=since)
    return says.updated.format(title=title, host=reader.host)


def _what_of_several(message: Message, reader: "_Reader") -> str:
    says, number = reader.says, len(message.parts)
    if all("clocks" in each.news for each in message.parts):
        return says.by_clocks.format(title=reader.title, zone=_zone_name(reader.series))
    off = all(each.method == "CANCEL" for each in message.parts)
    return (says.some_off if off else says.some_changed).format(number=number, title=reader.title)


def _what_of_one(message: Message, reader: "_Reader") -> str:
    says = reader.says
    one = says.one_of(reader.series)
    if message.before is not None and message.before.cancelled:
        return says.one_after_all.format(one=one)
    if "clocks" in message.news:
        return says.one_by_clocks.format(one=one, zone=_zone_name(reader.series))
    if "times" in message.news:
        return says.one_moved.format(one=one)
    if "where" in message.news:
        return says.one_elsewhere.format(one=one)
    return says.one_led_by.format(one=one, host=reader.host)


def _what_of_times(message: Message, view: View, reader: "_Reader", now: datetime) -> str:
    series, title, says = reader.series, reader.title, reader.says
    if "clocks" in message.news:
        return says.by_clocks.format(title=title, zone=_zone_name(series))
    if series.continued_by is not None:
        rest = says.rest if view.has_future(now) else says.no_rest
        return says.goes_on.format(title=title, rest=rest)
    if view.leads and view.person_id not in leaders(series):
        return says.yours.format(title=title, host=reader.host)
    return says.new_times.format(title=title)


def _why_out(person: PersonState, reader: "_Reader") -> str:
    """Say why nothing of a series is somebody's any more."""
    series, title, says = reader.series, reader.title, reader.says
    stays = [each for each in series.members if each.person_id == person.person_id]
    if not stays:
        return says.out_led_by.format(title=title, host=reader.host)
    if series.continued_by is not None and stays[-1].left_on is None:
        return says.out_goes_on.format(title=title)
    return says.out_of_roster.format(title=title, host=reader.host)


class _Reader:
    """Times as one person reads them."""

    def __init__(
        self,
        person: PersonState,
        series: SeriesState,
        provider: PersonState | None,
        words: Words,
    ) -> None:
        self.series = series
        self.says = words.series
        self.title = words.series.title(one_line(series.title))
        self.host = one_line(provider.name) if provider else words.series.provider
        self._times = words.times
        self._zone = person.zone
        self._host_zone = provider.zone if provider else person.zone

    def times(self, meeting: Meeting | None) -> dict[str, Any]:
        """Return when and where a meeting is; only where, for none."""
        if meeting is None:
            return {"whens": [], **_where(self.series.place, self.series.link)}
        return {
            "whens": self._times.spans(
                meeting.starts_at, meeting.ends_at, self._zone, self._host_zone, self.host
            ),
            "short": self.short(meeting.starts_at),
            **_where(meeting.place, meeting.link),
        }

    def span(self, start: datetime, end: datetime) -> str:
        """Return a time with day, zone and offset."""
        return self._times.span(start, end, self._zone)

    def line(self, instant: datetime) -> str:
        """Return a time for a list: its zone stands above, its offset may differ."""
        return self._times.line(instant, self._zone)

    def day(self, instant: datetime) -> str:
        """Return a day."""
        return self._times.day(instant, self._zone)

    def short(self, instant: datetime) -> str:
        """Return a time for a subject, with zone and offset."""
        return self._times.subject(instant, self._zone)


def _zone_name(series: SeriesState) -> str:
    return series.zone.replace("_", " ")


def _where(place: str | None, link: str | None) -> dict[str, Any]:
    shown = safe_link(link)
    return {"place": one_line(place or "") or None, "link": shown}
