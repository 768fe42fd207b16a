"""libical as a judge: `/usr/bin/python3 libical.py < texts.json > verdicts.json`.

Run by the system's Python, which has the introspection package. Reads a JSON list of calendar
texts. Writes for each what is wrong with it by RFC 5546's tables and by the parser (nothing: an
empty text), and the starts of its series by its own rules and zones, in seconds since 1970;
what was moved or cancelled is not looked at there.
"""

import json
import sys

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib as I  # noqa: E402

FROM, TO = (I.Time.new_from_string(f"{year}0101T000000Z") for year in (2020, 2045))


def judge(text):
    calendar = I.Component.new_from_string(text)
    if calendar is None:
        return {"error": "cannot be parsed", "starts": {}}
    ok, errors = calendar.check_restrictions(), calendar.count_errors()
    lines = [line for line in calendar.as_ical_string().splitlines() if "X-LIC-ERROR" in line]
    error = "" if ok and not errors and not lines else f"{ok} {errors} {lines}"
    starts = {}
    event = calendar.get_first_component(I.ComponentKind.VEVENT_COMPONENT)
    while event is not None:
        if event.get_first_property(I.PropertyKind.RECURRENCEID_PROPERTY) is None:
            found = starts.setdefault(event.get_uid(), [])
            event.foreach_recurrence(FROM, TO, note, found)
        event = calendar.get_next_component(I.ComponentKind.VEVENT_COMPONENT)
    return {"error": error, "starts": starts}


def note(_event, span, found):
    found.append(span.get_start())


json.dump([judge(text) for text in json.load(sys.stdin)], sys.stdout)
