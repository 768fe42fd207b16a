"""What documents say about hours: a line for each provider, or a line for each session.

Minutes are summed before anything is rounded. What two people do not both stand behind yet is shown
apart and is in no total; what was taken back is only counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alongside.contracts import Credential
from alongside.zones import zone
from alongside_logbook.domain.calendar import month_of
from alongside_logbook.domain.entry import EntryVersion, Override
from alongside_logbook.domain.papers.documents import reflective
from alongside_logbook.domain.papers.sheet import Bar, Cell, Column, Sheet, hours, short_time
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.domain.rules.requirements import Requirement
from alongside_logbook.domain.rules.standing import name_of
from alongside_logbook.domain.signatures import Signature, Signatures
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.domain.words import duration

OVERRIDES: dict[Override, str] = {
    "unreachable": "the provider could not be reached",
    "refuses": "the provider refuses",
    "left": "the provider left",
    "died": "the provider died",
}
_NOT_KEPT = "Addresses of providers with an account here are not kept with the hours: fill them in."
NONE_HELD = "none on record"


@dataclass(frozen=True, slots=True)
class Provider:
    """Whoever gave the hours, as far as it may stand on a document of the person's."""

    person_id: str
    name: str
    credentials: tuple[Credential, ...] = ()
    email: str = ""
    """Only where the person gave it themselves."""
    agency: str = ""
    claimed: bool = False
    """What they hold is claimed, and nobody looked it up yet."""

    def held_on(self, day: date) -> str:
        """Name what they held on a day, with registry numbers."""
        names = [_named(each) for each in self.credentials if _holds(each, day)]
        return ", ".join(dict.fromkeys(names)) or NONE_HELD


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a document shows it."""

    entry: EntryVersion
    signatures: Signatures
    provider: Provider
    corrections: int = 0
    verdict: Verdict | None = None

    @property
    def done(self) -> bool:
        """Whether it is in the totals."""
        return self.entry.status == "confirmed" and self.entry.minutes > 0

    def toward(self, requirement: Requirement) -> int:
        """Return the minutes counted toward a requirement."""
        return self.verdict.minutes(requirement, "counted") if self.verdict else 0


def rollup(lines: Sequence[Line], pack: Pack | None) -> Sheet:
    """Return a line for each provider, apart for individual and group, in the order of first dates."""
    parts = _requirements(pack)
    columns = (
        Column(name="Provider", width=1.7),
        Column(name="Credential", width=1.4),
        Column(name="E-mail", width=1.8),
        Column(name="Agency", width=1.4),
        Column(name="Individual or group", width=1),
        Column(name="From", kind="day", width=1.1),
        Column(name="To", kind="day", width=1.1),
        Column(name="Total hours", kind="hours", width=0.8),
        Column(name="Sessions", kind="number", width=0.8),
        *(Column(name=f"Counted: {part.label}", kind="hours", width=1.2) for part in parts),
    )
    rows = [_of_provider(group, parts) for group in _by_provider(lines)]
    return Sheet(
        title="Reflective supervision/consultation received, by provider",
        lead="Only what both people confirmed. Administrative and clinical minutes are left out."
        + ("" if all(row[2] for row in rows) else f" {_NOT_KEPT}"),
        columns=columns,
        rows=tuple(rows),
        total=_totals(columns, rows),
        empty="No confirmed hours in this period.",
    )


def audit(lines: Sequence[Line], pack: Pack | None, where: str, names: dict[str, str]) -> Sheet:
    """Return a line for each session, oldest first, with whoever stands behind it and what counts.

    `where` is the zone in which confirmations are told; `names` are those of whoever signed.
    """
    parts = _requirements(pack)
    columns = (
        Column(name="Day", kind="day", width=0.95),
        Column(name="Session", width=1.8),
        Column(name="Provider, and status that day", width=1.6),
        Column(name="Minutes", kind="minutes", width=0.75),
        Column(name="About RSC given", kind="minutes", width=0.75),
        Column(name="Provider's word", width=1.25),
        Column(name="Supervisee's word", width=1.25),
        *(Column(name=f"Counted: {part.label}", kind="minutes", width=1.05) for part in parts),
        Column(name="What counts, and why", width=2.2),
        Column(name="Marks", width=1.1),
    )
    zone_of = zone(where)
    rows = [
        (
            line.entry.held_on.isoformat(),
            _session(line.entry),
            f"{line.provider.name}; {line.provider.held_on(line.entry.held_on)}"
            + (" (claimed, not looked up)" if line.provider.claimed else ""),
            reflective(line.entry),
            min(line.entry.about_rsc_minutes, reflective(line.entry)),
            _word(line.signatures.provider, names, zone_of),
            _word(line.signatures.supervisee, names, zone_of),
            *(line.toward(part) for part in parts),
            _why(line),
            "; ".join(_marks(line)),
        )
        for line in sorted(lines, key=lambda each: (each.entry.started_at, each.entry.entry_id))
        if line.entry.status != "withdrawn"
    ]
    done = [line for line in lines if line.done]
    minutes = sum(reflective(line.entry) for line in done)
    total: tuple[Cell, ...] = (
        "",
        f"Confirmed by both: {say_count(len(done), 'session')}, {hours(minutes)} hours",
        "",
        minutes,
        sum(min(line.entry.about_rsc_minutes, reflective(line.entry)) for line in done),
        "",
        "",
        *(sum(line.toward(part) for line in lines) for part in parts),
        "",
        "",
    )
    return Sheet(
        title="Every session",
        lead="Minutes are those attended, without administrative and clinical ones. Times of "
        f"confirmations are those of {where}.",
        columns=columns,
        rows=tuple(rows),
        total=total if rows else None,
        empty="No sessions in this period.",
    )


def by_month(lines: Iterable[Line]) -> tuple[Bar, ...]:
    """Return confirmed and open minutes month by month, without gaps between the first and the last."""
    done: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for line in lines:
        if line.entry.status == "withdrawn" or not reflective(line.entry):
            continue
        into = done if line.done else waiting
        month = month_of(line.entry.held_on)
        into[month] = into.get(month, 0) + reflective(line.entry)
    months = sorted(done.keys() | waiting.keys())
    if not months:
        return ()
    first, last = (int(each[:4]) * 12 + int(each[5:]) - 1 for each in (months[0], months[-1]))
    every = [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1)]
    return tuple(
        Bar(month=each, minutes=done.get(each, 0), open_minutes=waiting.get(each, 0))
        for each in every
    )


def counted(lines: Sequence[Line], pack: Pack | None) -> dict[str, int]:
    """Return the minutes counted toward each requirement of supervision."""
    return {part.id: sum(line.toward(part) for line in lines) for part in _requirements(pack)}


def _requirements(pack: Pack | None) -> tuple[Requirement, ...]:
    return tuple(each for each in pack.requirements if each.kind == "rsc") if pack else ()


def _by_provider(lines: Sequence[Line]) -> list[list[Line]]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(lines, key=lambda each: (each.entry.held_on, each.entry.entry_id)):
        if line.done:
            groups.setdefault((line.entry.provider_id, line.entry.kind), []).append(line)
    return list(groups.values())


def _of_provider(lines: list[Line], parts: tuple[Requirement, ...]) -> tuple[Cell, ...]:
    provider = lines[0].provider
    held = dict.fromkeys(provider.held_on(line.entry.held_on) for line in lines)
    return (
        provider.name,
        "; then ".join(held) + (" (claimed, not looked up)" if provider.claimed else ""),
        provider.email,
        provider.agency,
        "Individual" if lines[0].entry.kind == "individual" else "Group",
        lines[0].entry.held_on.isoformat(),
        lines[-1].entry.held_on.isoformat(),
        sum(reflective(line.entry) for line in lines),
        len(lines),
        *(sum(line.toward(part) for line in lines) for part in parts),
    )


def _totals(
    columns: tuple[Column, ...], rows: Sequence[tuple[Cell, ...]]
) -> tuple[Cell, ...] | None:
    if not rows:
        return None
    summed = {"hours", "minutes", "number"}
    return (
        "Total",
        *(
            sum(cell for row in rows if isinstance(cell := row[at], int))
            if column.kind in summed
            else ""
            for at, column in enumerate(columns)
            if at
        ),
    )


def _session(entry: EntryVersion) -> str:
    parts = [entry.title, "individual" if entry.kind == "individual" else _group(entry)]
    if entry.mode is not None:
        parts.append("in person" if entry.mode == "in_person" else "virtual")
    if entry.origin == "session":
        began = entry.started_at.astimezone(zone(entry.zone))
        parts.append(f"{began:%H:%M} {began.tzname()}")
    return ", ".join(parts)


def _group(entry: EntryVersion) -> str:
    return f"group of {entry.head_count}" if entry.head_count else "group"


def _word(signature: Signature | None, names: dict[str, str], where: ZoneInfo) -> str:
    if signature is None:
        return "not yet"
    who = names.get(signature.person_id, "Somebody not known here")
    instead = " (coordinator, in the provider's place)" if signature.act == "overridden" else ""
    return f"{who}{instead}, {_at(signature.at, where)}"


def _at(instant: datetime, where: ZoneInfo) -> str:
    return short_time(instant.astimezone(where))


def _why(line: Line) -> str:
    if line.verdict is None:
        return "Kept; counted toward nothing here."
    return " ".join((line.verdict.reason, *line.verdict.warnings))


def _marks(line: Line) -> Iterable[str]:
    entry = line.entry
    if not entry.minutes:
        yield "absent"
    elif entry.status == "recorded":
        yield "waits for confirmation"
    if entry.status == "returned":
        yield "returned"
    if line.corrections:
        yield f"corrected {say_count(line.corrections, 'time')}"
    if line.signatures.override:
        yield f"coordinator's word: {OVERRIDES[line.signatures.override]}"
    if entry.origin != "session":
        yield "from elsewhere" if entry.origin == "outside" else "imported"
    if entry.peer:
        yield "peers"
    if entry.other_minutes:
        yield f"{duration(entry.other_minutes)} administrative or clinical left out"


def _holds(credential: Credential, day: date) -> bool:
    until = credential.valid_until
    return credential.valid_from <= day and (until is None or day <= until)


def _named(credential: Credential) -> str:
    number = f" no. {credential.registry_number}" if credential.registry_number else ""
    return f"{name_of(credential)}{number}"
