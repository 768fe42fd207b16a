"""Reading the forms about hours from elsewhere: sessions in rows, a provider, what they hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, get_args

from pydantic import ValidationError

from alongside.web.forms import Form, FormErrors
from alongside.zones import zone
from alongside_logbook.domain.entry import Ages, Mode
from alongside_logbook.domain.providers import KINDS, STANDINGS, Claim
from alongside_logbook.domain.vouching import Answer
from alongside_logbook.handlers.outside import MOST_AT_ONCE, HourSaid
from alongside_logbook.views.outside import Line, ProviderView

MODES: dict[Mode, str] = {"in_person": "In person", "virtual": "Virtual"}
AGES: dict[Ages, str] = {"0-3": "Before birth to 36 months", "3-6": "3 up to 6 years"}

ROWS = 3
"""Rows for sessions that a form begins with."""

CLAIMS = 2
"""Credentials that a form has room for."""

_ROW = ("held_on", "start", "until", "minutes", "about_rsc_minutes", "other_minutes", "title")
_SHARED = ("kind", "head_count", "mode", "zone")
_CLAIM = ("kind", "standing", "number", "valid_from", "valid_until")
_LONGEST_NUMBER = 5
_MINUTES_A_DAY = 24 * 60


BLANK: dict[str, Any] = {
    **dict.fromkeys(("provider", "name", "email", "agency", "head_count", "mode", "zone"), ""),
    "kind": "individual",
    "ages": (),
    "version": "",
    "anyway": False,
}
"""The form before anything is typed."""


def blank_rows(number: int) -> list[dict[str, str]]:
    """Return rows for sessions that nobody filled in yet."""
    return [dict.fromkeys(_ROW, "") for _ in range(number)]


def sessions_of(form: Form, rows: int) -> tuple[tuple[int, HourSaid], ...]:
    """Return the rows that were filled in, each with its number; raise `Invalid` beside the fields."""
    errors = FormErrors()
    shared = _shared(form, errors)
    found: list[tuple[int, HourSaid]] = []
    for number in range(rows):
        if any(form.text(f"{name}-{number}") for name in _ROW):
            said = _session(form, number, shared, errors)
            if said is not None:
                found.append((number, said))
    if not found:
        errors.add("held_on-0", "Write down at least one session.")
    errors.raise_if_any()
    return tuple(found)


def typed_rows(form: Form, rows: int) -> list[dict[str, str]]:
    """Return what was typed, row by row, to be shown again."""
    return [{name: form.text(f"{name}-{number}") for name in _ROW} for number in range(rows)]


def typed_shared(form: Form) -> dict[str, Any]:
    """Return what was said of all sessions at once, to be shown again."""
    return {
        **{name: form.text(name) for name in _SHARED},
        "ages": form.many("ages"),
        "peer": form.is_on("peer"),
    }


def said_before(line: Line) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return an entry as the form shows it: its row, and what it shares."""
    local = line.starts_at.astimezone(zone(line.zone)) if line.starts_at else None
    row = {
        "held_on": line.held_on.isoformat(),
        "start": f"{local:%H:%M}" if local else "",
        "until": "",
        "minutes": line.minutes,
        "about_rsc_minutes": line.about_rsc_minutes or "",
        "other_minutes": line.other_minutes or "",
        "title": line.title,
    }
    shared = {
        "kind": line.kind,
        "head_count": line.head_count if line.kind == "group" else "",
        "mode": line.mode or "",
        "zone": line.zone,
        "ages": list(line.ages),
        "peer": False,
    }
    return [row], shared


def claims_of(form: Form) -> tuple[Claim, ...]:
    """Return what a provider is said to hold; an empty row is nothing."""
    errors = FormErrors()
    found: list[Claim] = []
    for number in range(CLAIMS):
        values = {name: form.text(f"claim_{name}-{number}") for name in _CLAIM}
        if not values["kind"]:
            continue
        if not values["valid_from"]:
            errors.add(f"claim_valid_from-{number}", "Say since when they hold it.")
            continue
        try:
            found.append(
                Claim.model_validate({name: value or None for name, value in values.items()})
            )
        except ValidationError:
            errors.add(f"claim_kind-{number}", "Choose what they hold, and give whole dates.")
    errors.raise_if_any()
    return tuple(found)


def typed_claims(form: Form) -> list[dict[str, str]]:
    """Return the claims that were typed, to be shown again."""
    return [
        {name: form.text(f"claim_{name}-{number}") for name in _CLAIM} for number in range(CLAIMS)
    ]


def claims_before(claims: tuple[Claim, ...]) -> list[dict[str, Any]]:
    """Return claims as the form shows them, with room for more."""
    known = [claim.model_dump() for claim in claims]
    blank = {"kind": "", "standing": "endorsed", "number": "", "valid_from": "", "valid_until": ""}
    return [*known, *({**blank} for _ in range(max(0, CLAIMS - len(known))))][: max(CLAIMS, 1)]


def claim_words() -> dict[str, Any]:
    """Return what the fields about a credential offer."""
    return {"credential_kinds": KINDS, "standings": list(STANDINGS.items())}


def answers_of(form: Form, lines: tuple[Line, ...]) -> tuple[Answer, ...]:
    """Return what was ticked, and why the rest was not."""
    ticked = set(form.many("right"))
    return tuple(
        Answer(
            entry_id=line.entry_id,
            right=line.entry_id in ticked,
            reason=form.text(f"reason-{line.entry_id}")[:2000],
            version=line.version,
        )
        for line in lines
    )


def providers_for(providers: tuple[ProviderView, ...]) -> list[tuple[str, str]]:
    """Return providers as a select offers them."""
    return [
        (each.provider_id, f"{each.name}, {each.agency}" if each.agency else each.name)
        for each in providers
    ]


def row_count(form: Form) -> int:
    """Return how many rows a form had."""
    text = form.text("rows")
    return min(int(text), MOST_AT_ONCE) if text.isascii() and text.isdigit() else ROWS


def version_of(form: Form) -> int | None:
    """Return the version somebody looked at."""
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() else None


def renumbered(fields: Mapping[str, str], numbers: Sequence[int]) -> dict[str, str]:
    """Return messages about sessions, counted from 0, beside the rows that those came from."""
    found: dict[str, str] = {}
    for name, words in fields.items():
        field, _, place = name.rpartition("-")
        known = field and place.isdigit() and int(place) < len(numbers)
        found[f"{field}-{numbers[int(place)]}" if known else name] = words
    return found


def _shared(form: Form, errors: FormErrors) -> dict[str, Any]:
    kind = form.text("kind", "individual")
    if kind not in {"individual", "group"}:
        errors.add("kind", "Choose one.")
    mode = form.text("mode")
    if mode and mode not in MODES:
        errors.add("mode", "Choose one.")
    ages = [age for age in form.many("ages") if age in get_args(Ages)]
    group = kind == "group"
    head_count = _number(form, "head_count", errors) if group else 1
    if group and head_count is None:
        errors.add("head_count", "Say how many received it together.")
    return {
        "kind": "group" if group else "individual",
        "head_count": head_count or 1,
        "mode": mode or None,
        "ages": ages,
        "peer": form.is_on("peer"),
    }


def _session(
    form: Form, number: int, shared: Mapping[str, Any], errors: FormErrors
) -> HourSaid | None:
    before = len(errors)
    held_on = _date(form.text(f"held_on-{number}"))
    if held_on is None:
        errors.add(f"held_on-{number}", "Say on which day it was.")
    start = _time(form, f"start-{number}", errors)
    until = _time(form, f"until-{number}", errors)
    minutes = _number(form, f"minutes-{number}", errors)
    if minutes is None and start is not None and until is not None:
        minutes = _between(start, until)
    if minutes is None:
        errors.add(f"minutes-{number}", "Say how long it was, or from when until when.")
    about = _number(form, f"about_rsc_minutes-{number}", errors)
    other = _number(form, f"other_minutes-{number}", errors)
    if len(errors) > before:
        return None
    return HourSaid.model_validate(
        {
            **shared,
            "held_on": held_on,
            "start": start,
            "minutes": minutes,
            "about_rsc_minutes": about or 0,
            "other_minutes": other or 0,
            "title": form.text(f"title-{number}")[:200],
        }
    )


def _between(start: time, until: time) -> int:
    minutes = (until.hour - start.hour) * 60 + until.minute - start.minute
    return minutes if minutes > 0 else minutes + _MINUTES_A_DAY


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(form: Form, name: str, errors: FormErrors) -> time | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return datetime.strptime(text[:5], "%H:%M").time()  # noqa: DTZ007  # a wall time
    except ValueError:
        errors.add(name, "Give a time such as 10:30.")
        return None


def _number(form: Form, name: str, errors: FormErrors) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        errors.add(name, "Give a whole number, as digits only.")
        return None
    return int(text)
