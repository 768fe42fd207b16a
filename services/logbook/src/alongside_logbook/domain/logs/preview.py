"""What an import would do, row by row: enter it, warn, leave it out, refuse it; and why."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from alongside.contracts.people import CredentialKind
from alongside.zones import zone
from alongside_logbook.domain.logs.mapping import folded
from alongside_logbook.domain.logs.overlaps import Clash, Stretch, clashes
from alongside_logbook.domain.logs.rows import Row
from alongside_logbook.domain.outside import OutsideHour, day_start, problems
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.domain.words import duration

State = Literal["good", "warning", "left_out", "refused"]

NEW = "new:"
"""Begins what stands for a provider who is made when the import begins; the address follows."""

_LINE = "line:"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody registered here."""

    person_id: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is held against."""

    now: datetime
    owner: KnownPerson | None
    """Whose hours they all are; none where the file says of each row whose."""
    people: Mapping[str, KnownPerson]
    """Those registered here, by the addresses in the file."""
    outside: Mapping[str, tuple[str, str]]
    """Providers from elsewhere, id and name, by the addresses in the file."""
    existing: Sequence[Stretch] = ()
    """What the people in the file have already."""
    existing_words: Mapping[str, str] = field(default_factory=dict)
    """What is said of each of those, by entry."""


@dataclass(slots=True)
class Judged:
    """One row, and what becomes of it."""

    row: Row
    state: State
    reasons: tuple[str, ...] = ()
    person: str = ""
    """The name of whose hours they are."""
    provider: str = ""
    facts: OutsideHour | None = None
    """The session as it would be entered; none for a refused row."""
    clash: Clash | None = None


@dataclass(slots=True)
class ProviderInFile:
    """A provider whom a file names."""

    key: str
    """The name, `folded`; or the address of one who is not named."""
    name: str
    email: str
    rows: int
    minutes: int
    registered: bool
    """They have an account here."""
    known: bool
    """They are here already, with or without an account."""
    kinds: tuple[CredentialKind, ...]
    first_day: date | None
    agency: str = ""


def judge(
    rows: Iterable[Row], known: Known, *, take: Collection[int] = (), batch_id: str = ""
) -> list[Judged]:
    """Return what becomes of each row. `take` are lines that are wanted although they clash."""
    judged = [_judge(row, known, batch_id) for row in rows]
    wanted = {
        f"{_LINE}{each.row.line}": each
        for each in judged
        if each.facts is not None and each.state != "refused"
    }
    found = clashes(
        (_stretch(key, each.facts, each.row) for key, each in wanted.items() if each.facts),
        known.existing,
    )
    for key, clash in found.items():
        each = wanted[key]
        each.clash = clash
        each.state = "warning" if each.row.line in take else "left_out"
        each.reasons = (_clash_words(clash, known, wanted), *each.reasons)
    return judged


def _judge(row: Row, known: Known, batch_id: str) -> Judged:
    made = Judged(row=row, state="refused", provider=row.provider or row.provider_email)
    reasons = list(row.problems)
    owner = known.owner or known.people.get(row.person)
    if owner is not None:
        made.person = owner.name
    elif row.person:
        reasons.append(f"Nobody is registered here as {row.person}.")
    provider_id = _provider(row, known, made)
    if not provider_id and not any("provider" in reason for reason in row.problems):
        reasons.append(
            f"There is no e-mail address of {row.provider}. Add it to the providers."
            if row.provider
            else "It does not say who gave it."
        )
    if reasons or owner is None or row.held_on is None:
        made.reasons = tuple(reasons)
        return made
    made.facts = OutsideHour(
        supervisee_id=owner.person_id,
        provider_id=provider_id,
        held_on=row.held_on,
        started_at=_start(row, owner.zone, row.held_on),
        zone=owner.zone,
        minutes=row.minutes,
        about_rsc_minutes=row.about_rsc_minutes,
        other_minutes=row.other_minutes,
        kind=row.kind,
        head_count=row.head_count,
        mode=row.mode,
        ages=row.ages,
        title=row.title,
        batch_id=batch_id or None,
        origin="import",
    )
    wrong = problems(made.facts, known.now)
    made.reasons = tuple(wrong.values()) or tuple(row.warnings)
    if not wrong:
        made.state = "warning" if row.warnings else "good"
    return made


def _provider(row: Row, known: Known, made: Judged) -> str:
    if not row.provider_email:
        return ""
    if (person := known.people.get(row.provider_email)) is not None:
        made.provider = person.name
        return person.person_id
    if (found := known.outside.get(row.provider_email)) is not None:
        made.provider = found[1]
        return found[0]
    return f"{NEW}{row.provider_email}"


def _start(row: Row, zone_name: str, held_on: date) -> datetime:
    if row.at is None:
        return day_start(held_on, zone_name)
    return datetime.combine(held_on, row.at, zone(zone_name)).astimezone(UTC)


def _stretch(key: str, facts: OutsideHour, row: Row) -> Stretch:
    return Stretch(
        key=key,
        person_id=facts.supervisee_id,
        provider_id=facts.provider_id,
        held_on=facts.held_on,
        starts_at=None if row.at is None else facts.started_at,
        minutes=facts.minutes,
    )


def _clash_words(clash: Clash, known: Known, wanted: Mapping[str, Judged]) -> str:
    twice = clash.kind == "duplicate"
    if clash.key in wanted:
        other = f"row {wanted[clash.key].row.line}"
        return f"The same as {other}." if twice else f"At the same time as {other}."
    words = known.existing_words.get(clash.key, "an entry")
    return f"It is here already: {words}." if twice else f"At the same time as {words}."


def entry_words(held_on: date, minutes: int, title: str) -> str:
    """Return what a message says of an entry that is here already."""
    return f"{title}, {say_day(held_on)}, {duration(minutes)}"


def months(judged: Iterable[Judged]) -> list[tuple[str, Counter[State]]]:
    """Return the minutes of each month from the first to the last, by what becomes of them.

    From the first to the last that has more than refused rows. Rows without a day are in none.
    """
    found: dict[str, Counter[State]] = {}
    rows = [each for each in judged if each.row.held_on is not None]
    for each in rows:
        month = f"{each.row.held_on:%Y-%m}"
        found.setdefault(month, Counter())[each.state] += max(each.row.minutes, 0)
    sound = [month for month, minutes in found.items() if set(minutes) != {"refused"}] or [*found]
    if not sound:
        return []
    return [(month, found.get(month, Counter())) for month in _from_to(min(sound), max(sound))]


_MOST_MONTHS = 600


def _from_to(first: str, last: str) -> list[str]:
    year, month = (int(part) for part in first.split("-"))
    passed: list[str] = []
    while (said := f"{year:04}-{month:02}") <= last and len(passed) < _MOST_MONTHS:
        passed.append(said)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return passed


def providers(judged: Iterable[Judged], known: Known) -> list[ProviderInFile]:
    """Return whom a file names as providers: those whose address is missing first, then by minutes."""
    found: dict[str, ProviderInFile] = {}
    for each in judged:
        row = each.row
        key = row.provider_email or folded(row.provider)
        if not key:
            continue
        registered = row.provider_email in known.people
        entry = found.setdefault(
            key,
            ProviderInFile(
                key=folded(row.provider) or row.provider_email,
                name=each.provider or row.provider_email,
                email=row.provider_email,
                rows=0,
                minutes=0,
                registered=registered,
                known=registered or row.provider_email in known.outside,
                kinds=(),
                first_day=None,
            ),
        )
        entry.rows += 1
        entry.minutes += row.minutes
        entry.kinds = tuple(dict.fromkeys((*entry.kinds, *row.credentials)))
        entry.agency = entry.agency or row.agency
        if row.held_on is not None and row.credentials:
            entry.first_day = min(entry.first_day or row.held_on, row.held_on)
    return sorted(found.values(), key=lambda each: (bool(each.email), -each.minutes, each.name))
