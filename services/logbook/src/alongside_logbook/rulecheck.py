"""What a reader of rule packs would stumble over, though each of them can be read: a linter.

Every finding says the file and the line. A grave one is a rule that cannot do what it says; the
others are worth a look.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

from alongside.contracts import CredentialKind, CredentialStanding
from alongside_logbook.domain.rules.packs import CATEGORIES, Pack
from alongside_logbook.domain.rules.providing import ProviderRow
from alongside_logbook.domain.rules.requirements import Requirement
from alongside_logbook.domain.rules.sourced import Sourced
from alongside_logbook.domain.words import day as say_day
from alongside_logbook.rulebook import Rulebook, book_of, is_choice
from alongside_logbook.rulefiles import HEAD, Head, RuleFiles

_KINDS: tuple[CredentialKind, ...] = get_args(CredentialKind)
_AGES = {"IMH-E": "0-3", "ECMH-E": "3-6"}
_AMOUNT = re.compile(r"\b(\d+) (?:clock |individual |of them )?(hour|month|year)s?\b")
_DAY = timedelta(days=1)

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    where: Where
    said: str
    grave: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to look at, and where."""

    place: str
    said: str
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    findings: tuple[Finding, ...]
    packs: int
    associations: int

    @property
    def grave(self) -> tuple[Finding, ...]:
        """What has to be put right."""
        return tuple(finding for finding in self.findings if finding.grave)


def check(*roots: Path) -> Checked:
    """Check the packs below some folders, the later on top of the earlier."""
    files = RuleFiles(roots)
    files.read()
    found = [Finding(*_split(problem)) for problem in files.problems]
    if not found:
        found = list(dict.fromkeys(_findings(files, book_of(files))))
    return Checked(tuple(found), len(files.packs), len(files.associations))


def _split(problem: str) -> tuple[str, str]:
    place, _, said = problem.partition(": ")
    return place, said


def _findings(files: RuleFiles, book: Rulebook) -> Iterator[Finding]:
    for pack_id in dict.fromkeys(pack.id for pack in book.packs.values()):
        yield from _of_editions(files, book.editions(pack_id))
    for pack in book.packs.values():
        for hit in (*_of_ages(pack), *_of_shares(pack), *_of_rows(pack), *_of_numbers(pack)):
            yield Finding(files.place(f"{pack.name}.yaml", hit.where), hit.said, hit.grave)
    for name, head in book.associations.items():
        if isinstance(head, Head):
            yield from _of_head(files, book, name, head)


def _of_editions(files: RuleFiles, packs: Sequence[Pack]) -> Iterator[Finding]:
    plain = sorted(
        (pack for pack in packs if not is_choice(pack)), key=lambda pack: pack.effective_from
    )
    for earlier, later in pairwise(plain):
        place = files.place(f"{earlier.name}.yaml", ("effective_until",))
        end = earlier.effective_until
        if end is None or end >= later.effective_from:
            until = say_day(end) if end else "for ever"
            yield Finding(
                place,
                f"{earlier.name} holds until {until}, but {later.name} begins on "
                f"{say_day(later.effective_from)}: on such days two are in force",
            )
        elif end + _DAY < later.effective_from:
            yield Finding(
                place,
                f"nothing holds from {say_day(end + _DAY)} until {later.name} begins on "
                f"{say_day(later.effective_from)}",
            )


def _of_ages(pack: Pack) -> Iterator[_Hit]:
    expected = _AGES.get(pack.track)
    if pack.ages is not None and expected and pack.ages.must != expected:
        yield _Hit(
            ("ages", "must"),
            f"the track {pack.track} concerns the ages {expected}, not {pack.ages.must}",
        )


def _of_shares(pack: Pack) -> Iterator[_Hit]:
    for whole in (each for each in pack.requirements if each.of is None):
        parts = {each.counts: each for each in pack.requirements if each.of == whole.id}
        for one, other in (("individual", "group"), ("core", "about_rsc")):
            if one in parts and other in parts:
                yield from _of_halves(pack, whole, parts[one], parts[other])


def _of_halves(
    pack: Pack, whole: Requirement, one: Requirement, other: Requirement
) -> Iterator[_Hit]:
    where = ("requirements", pack.requirements.index(whole))
    if one.hours + other.hours > whole.hours:
        yield _Hit(
            where,
            f"{one.id} and {other.id} never overlap and ask for {one.hours + other.hours} h "
            f"together, more than the {whole.hours} h of {whole.id}",
        )
    if one.at_most and other.at_most and one.at_most.hours + other.at_most.hours < whole.hours:
        yield _Hit(
            where,
            f"{whole.id} asks for {whole.hours} h, but its parts are limited to "
            f"{one.at_most.hours + other.at_most.hours} h: nobody could ever meet it",
        )


def _of_rows(pack: Pack) -> Iterator[_Hit]:
    if pack.providers is None:
        return
    rows = pack.providers.rows
    order = sorted(range(len(rows)), key=lambda number: (rows[number].verdict != "counts", number))
    for place, number in enumerate(order):
        row, before = rows[number], [rows[earlier] for earlier in order[:place]]
        hidden = [
            f"{kind} ({standing})"
            for kind in row.kinds or _KINDS
            for standing in row.standing
            if _covered(row, [r for r in before if _fits(r, kind, standing)])
        ]
        everything = len(row.kinds or _KINDS) * len(row.standing)
        if hidden and (row.kinds or len(hidden) == everything):
            which = "it" if len(hidden) == everything else ", ".join(hidden)
            yield _Hit(
                ("providers", "rows", number),
                f"this row never decides about {which}: other rows decide before it",
                len(hidden) == everything,
            )


def _fits(row: ProviderRow, kind: CredentialKind, standing: CredentialStanding) -> bool:
    # A row with an age limit leaves the older ones to those after it.
    return row.at_most is None and kind in (row.kinds or _KINDS) and standing in row.standing


def _covered(row: ProviderRow, before: Iterable[ProviderRow]) -> bool:
    """Tell whether every day of a row is a day of one of those before it."""
    day, last = row.since or date.min, row.until or date.max
    for other in sorted(before, key=lambda each: each.since or date.min):
        if (other.since or date.min) > day:
            return False
        end = other.until or date.max
        if end >= last:
            return True
        if end >= day:
            day = end + _DAY
    return False


def _of_numbers(pack: Pack) -> Iterator[_Hit]:
    known = {"hour": set[int](), "month": set[int](), "year": set[int]()}
    for piece in statements(pack):
        for unit, numbers in known.items():
            for field in (f"{unit}s", f"yields_{unit}s", f"held_{unit}s"):
                number = getattr(piece, field, None)
                if isinstance(number, int):
                    numbers.add(number)
        if {*piece.sources} == {"house"} and piece.confidence != "L":
            yield _Hit(
                (),
                f"a choice of one's own (`house`) is given with confidence {piece.confidence}: "
                "only L is honest",
                False,
            )
    for number, unit in _AMOUNT.findall(pack.summary):
        if int(number) not in known[unit]:
            yield _Hit(
                ("summary",),
                f"the summary says {number} {unit}s, but no rule of {pack.name} does",
            )


def statements(piece: object) -> Iterator[Sourced]:
    """Return every statement with a source within a piece of a pack."""
    if isinstance(piece, Sourced):
        yield piece
    for name in getattr(type(piece), "model_fields", ()):
        yield from statements(getattr(piece, name))
    if isinstance(piece, tuple):
        for part in piece:
            yield from statements(part)


def _of_head(files: RuleFiles, book: Rulebook, name: str, head: Head) -> Iterator[Finding]:
    packs = book.of(name)
    file = f"{name}/{HEAD}"
    cited = {source for pack in packs for source in pack.cited()}
    for source in head.sources.keys() - cited:
        yield Finding(
            files.place(file, ("sources", source)),
            f"{source} is listed, but no pack cites it",
            False,
        )
    for purpose, edition in head.editions.items():
        if not any(pack.purpose == purpose and pack.edition == edition for pack in packs):
            yield Finding(
                files.place(file, ("editions", purpose)),
                f"chooses the edition {edition!r} for {purpose}, of which there is no pack",
            )
    for number, overlay in enumerate(head.overlays):
        if not any(overlay.fits(_facts(pack)) for pack in packs):
            yield Finding(
                files.place(file, ("overlays", number)), "this overlay fits no pack", False
            )
        unknown = {*overlay.categories} - CATEGORIES - {pack.category for pack in packs}
        if unknown:
            yield Finding(
                files.place(file, ("overlays", number, "categories")),
                f"there is no category {', '.join(sorted(unknown))}",
            )


def _facts(pack: Pack) -> dict[str, str | None]:
    return {
        "purpose": pack.purpose,
        "track": pack.track,
        "category": pack.category,
        "edition": pack.edition,
    }
