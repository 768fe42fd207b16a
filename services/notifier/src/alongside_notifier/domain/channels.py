"""Channels beside mail: addresses that people give, codes that confirm them, and what is said."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alongside.errors import Invalid
from alongside_notifier.domain.plain import one_line
from alongside_notifier.domain.short_notice import Change
from alongside_notifier.domain.words import Language, Words

Asks = Literal["phone", "handle", "email"]
"""What a person gives for a channel. Never an address of the web: that is the operator's to name."""

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
"""So often a code may be mistyped; then it takes a new one."""

CODES_AN_HOUR = 3
CODES_A_DAY = 6

GIVE_UP = timedelta(hours=6)
"""So long a short message is tried; after that it would be old news."""

SLEEPS = "It waits for quiet hours to end."
"""Said of a message that is held back, and not late."""

REFUSED = "It was refused."
"""Said first of a message that the service will not bring to this address."""

HIDDEN_CODE = "······"
"""Stands for the code wherever the message is kept; only what is handed over has the code itself."""

_LONGEST_TITLE = 60
_KEPT = 4

_PATTERNS: dict[Asks, re.Pattern[str]] = {
    "phone": re.compile(r"\+[1-9][0-9]{7,14}"),
    "handle": re.compile(r"[@#]?[A-Za-z0-9_][A-Za-z0-9_.-]{1,63}"),
    "email": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
}
_WRONG: dict[Asks, str] = {
    "phone": "Write the number with + and the country code, such as +1 555 123 4567.",
    "handle": "Write the name you have there: letters, digits, dots, dashes and underscores.",
    "email": "Write the address you have there, such as ada@example.org.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What comes by a channel, beside the mail."""

    reminders: bool = True
    changes: bool = True


def checked_address(asks: Asks, given: str) -> str:
    """Return what somebody gave as it is kept; raise `Invalid` for what the channel cannot reach."""
    address = given.strip()
    if asks == "phone":
        address = re.sub(r"[\s().-]", "", address)
        if address.startswith("00"):
            address = f"+{address[2:]}"
    if not _PATTERNS[asks].fullmatch(address):
        raise Invalid(_WRONG[asks], field="address")
    return address


def hint_of(asks: Asks, address: str) -> str:
    """Return as much of an address as its owner needs to recognise it."""
    if asks == "phone":
        return f"{address[:2]} … {address[-_KEPT:]}"
    name, separator, domain = address.partition("@") if asks == "email" else (address, "", "")
    return f"{name[: max(1, min(_KEPT, len(name) // 2))]}…{separator}{domain}"


def code_from(mac: str) -> str:
    """Return the six digits that a seal stands for."""
    return f"{int.from_bytes(urlsafe_b64decode(f'{mac}=')) % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class _Sayings:
    """What short messages say in one language, filled with `format`."""

    code: str
    reminder: str
    changes: str
    cancelled: str
    after_all: str
    moved: str


_SAYINGS: dict[Language, _Sayings] = {
    "en": _Sayings(
        "{association}: your code is {code}. It confirms that messages may come here. "
        "Whoever did not ask for it need do nothing.",
        "Reminder: {title}, {when}. {link}",
        "Changed: {title}. {said}. Please say that you saw it: {link}",
        "{was}: cancelled",
        "{was}: takes place after all",
        "{was}: now {now}",
    ),
    "es": _Sayings(
        "{association}: su código es {code}. Confirma que pueden llegar mensajes aquí. "
        "Quien no lo haya pedido no tiene que hacer nada.",
        "Recordatorio: {title}, {when}. {link}",
        "Cambio: {title}. {said}. Por favor, indique que lo ha visto: {link}",
        "{was}: cancelada",
        "{was}: sí se lleva a cabo",
        "{was}: ahora {now}",
    ),
}


def code_text(association: str, words: Words) -> str:
    """Return the message that carries a code, without the code."""
    return _SAYINGS[words.language].code.format(association=one_line(association), code=HIDDEN_CODE)


def reminder_text(title: str, starts_at: datetime, zone_name: str, link: str, words: Words) -> str:
    """Return what a reminder says: no words such as `in an hour`, which are wrong when it is late."""
    when = words.times.subject(starts_at, zone_name)
    return _SAYINGS[words.language].reminder.format(title=_title(title), when=when, link=link)


def changes_text(
    title: str, changes: Sequence[Change], zone_name: str, link: str, words: Words
) -> str:
    """Return what is said of changes at short notice."""
    said = "; ".join(_change(each, zone_name, words) for each in changes)
    return _SAYINGS[words.language].changes.format(title=_title(title), said=said, link=link)


def _change(change: Change, zone_name: str, words: Words) -> str:
    sayings = _SAYINGS[words.language]
    was = words.times.subject(change.was_at, zone_name)
    if change.now_at is None:
        return sayings.cancelled.format(was=was)
    if change.now_at == change.was_at:
        return sayings.after_all.format(was=was)
    return sayings.moved.format(was=was, now=words.times.subject(change.now_at, zone_name))


def _title(title: str) -> str:
    line = one_line(title)
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"
