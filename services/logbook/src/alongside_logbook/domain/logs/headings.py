"""What people write above the columns of their logs. Plain Python: it is also read apart from the service."""

import re
from collections.abc import Sequence
from typing import Literal

Column = Literal[
    "person", "date", "start", "end", "duration", "kind", "head_count", "title",
    "provider", "provider_email", "credential", "agency", "about_rsc", "other", "mode", "ages",
]  # fmt: skip

COLUMNS: dict[Column, tuple[str, tuple[str, ...]]] = {
    "person": (
        "Whose hours (their e-mail)",
        ("supervisee email", "participant email", "attendee email", "member email", "person email",
         "supervisee", "email", "e mail", "email address"),
    ),
    "date": (
        "Date",
        ("date", "session date", "day", "date of session", "date of supervision", "held on", "when",
         "meeting date", "rs date", "rsc date"),
    ),
    "start": (
        "Start",
        ("start", "start time", "from", "begin", "time in", "time", "session time", "begins", "started"),
    ),
    "end": ("End", ("end", "end time", "to", "until", "time out", "ends", "finish", "ended")),
    "duration": (
        "How long",
        ("duration", "minutes", "min", "mins", "hours", "hrs", "length", "total hours",
         "time spent", "total time", "total minutes", "hours received", "rsc hours", "rs hours",
         "session length", "number of hours", "of hours", "amount of time", "total"),
    ),
    "kind": (
        "Individual or group",
        ("type", "kind", "individual group", "individual or group", "format", "session type",
         "group individual", "ind group", "supervision type", "type of session", "i g"),
    ),
    "head_count": (
        "How many received it",
        ("group size", "head count", "headcount", "participants", "number of participants",
         "attendees", "of participants", "size", "number in group", "how many"),
    ),
    "title": ("Name of the group", ("group", "group name", "name of group", "circle")),
    "provider": (
        "Provider: name",
        ("provider", "supervisor", "supervisor name", "provider name", "facilitator", "consultant",
         "rsc provider", "name of supervisor", "name of provider", "reflective supervisor", "with",
         "facilitator name", "consultant name", "rs provider"),
    ),
    "provider_email": (
        "Provider: e-mail",
        ("provider email", "supervisor email", "facilitator email", "consultant email",
         "rsc provider email", "email of supervisor", "email of provider", "supervisor contact",
         "provider contact", "supervisor e mail", "provider e mail"),
    ),
    "credential": (
        "Provider: credential",
        ("credential", "credentials", "endorsement", "supervisor credential", "provider credential",
         "provider endorsement", "supervisor endorsement", "endorsed as", "qualification",
         "supervisor credentials", "provider credentials"),
    ),
    "agency": (
        "Provider: agency",
        ("agency", "provider agency", "supervisor agency", "organization", "organisation"),
    ),
    "about_rsc": (
        "About the RSC one gives",
        ("about rsc", "rsc about rsc", "rs of rs", "about giving rsc", "supervision of supervision",
         "rsc of rsc", "about rs provided", "rsc on rsc"),
    ),
    "other": (
        "Administrative or clinical part",
        ("administrative", "admin", "admin minutes", "administrative minutes", "clinical minutes",
         "administrative time", "not reflective"),
    ),
    "mode": (
        "In person or virtual",
        ("mode", "location", "place", "in person virtual", "modality", "platform", "virtual",
         "in person or virtual", "medium", "where"),
    ),
    "ages": (
        "Ages the work was about",
        ("ages", "age range", "age", "track", "age track", "age group", "population"),
    ),
}  # fmt: skip
"""What a column can mean: how it is called, and what people write above it."""

_NOTES = re.compile(
    r"\b(notes?|topics?|comments?|focus|descriptions?|content|summary|narrative|themes?|case|client|"
    r"clients|family|families|child|children|infant|reflections?|discussed|discussion|remarks?|"
    r"follow ?ups?|signature|signed|competenc\w+|goals?|dob|birth\w*)\b"
)
BY_ALIAS: dict[str, Column] = {
    alias: column for column, (_, aliases) in COLUMNS.items() for alias in aliases
}
"""Each way of naming a column, and what it means."""


def is_notes(heading: str) -> bool:
    """Tell whether a heading stands above what people talked about."""
    return _NOTES.search(plain(heading)) is not None


def meanings(headings: Sequence[str], *, many: bool) -> dict[Column, int]:
    """Return the place of each column that seems to mean something.

    `many`: one of them may say whose hours they are.
    """
    columns: dict[Column, int] = {}
    for matches in (_exactly, _loosely):
        for place, heading in enumerate(headings):
            if place in columns.values():
                continue
            column = matches(plain(heading))
            if column == "person" and not many:
                column = "provider_email" if "mail" in plain(heading) else None
            if column is not None and column not in columns:
                columns[column] = place
    if many and "person" not in columns and "provider_email" in columns:
        columns["person"] = columns.pop("provider_email")
    return columns


def find_headings(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows names the columns: the one with the most names that are known."""
    known = [sum(plain(cell) in BY_ALIAS for cell in row) for row in rows]
    return known.index(max(known)) if known and max(known) > 1 else 0


def _exactly(heading: str) -> Column | None:
    return BY_ALIAS.get(heading)


def _loosely(heading: str) -> Column | None:
    """Return the meaning of the first known name among other words; of several there, the longest."""
    words = f" {heading} "
    mail = "mail" in heading
    found = [
        (words.index(f" {alias} "), -len(alias), column)
        for alias, column in BY_ALIAS.items()
        if len(alias) > 2  # noqa: PLR2004  # such as "to"
        and column != "title"
        and f" {alias} " in words
        and mail == (column in {"person", "provider_email"})
    ]
    return min(found)[2] if found else None


def plain(heading: str) -> str:
    """Return a heading as it is compared: small letters and digits, single blanks."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    words = re.sub(r"[\u2019'`]s\b", "", split.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words).split())
