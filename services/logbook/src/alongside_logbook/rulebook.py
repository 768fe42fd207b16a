"""Every association and every rule pack, by name, and which of them holds for whom on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from alongside.errors import AlongsideError, NotFound
from alongside_logbook.domain.rules.packs import Association, Pack, Purpose, Source
from alongside_logbook.rulefiles import FALLBACK, RuleFiles

SHIPPED = Path(__file__).parent / "rules"
"""The packs that come with the program."""

OWN_RULES = "rules"
"""Folder inside the data folder whose packs replace, or stand beside, those that are shipped."""


class BrokenRules(AlongsideError):
    """A rule pack cannot be read."""

    code = "broken_rules"
    status = 500
    title = "Broken rule pack"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Rulebook:
    """Every association and every pack, by name."""

    associations: Mapping[str, Association]
    packs: Mapping[str, Pack]
    """By `association/purpose/CATEGORY`, with `@edition` behind it where there is one."""
    sources: Mapping[str, Mapping[str, Source]]
    taken_over: frozenset[str] = frozenset()
    """Names of packs that an association has from another without a change."""

    def association(self, name: str) -> Association:
        """Return an association, or the shared pattern where the name is not known."""
        return self.associations.get(name) or self.associations[FALLBACK]

    def pack(self, name: str) -> Pack:
        """Return the pack of that name: `association/purpose/CATEGORY`, or with `@edition`.

        Of a pack that has only editions the first answers to the name without one.
        """
        found = self.packs.get(name) or next(iter(self.editions(name)), None)
        if found is None:
            raise NotFound(f"There is no rule pack {name[:80]!r}.")
        return found

    def find(
        self, association: str, purpose: Purpose, category: str | None, on: date
    ) -> Pack | None:
        """Return the pack in force on a day for a purpose and a category: none if there is none.

        An association nobody wrote packs for goes by the shared pattern. Of several editions the
        one that the association chose holds while it is in force, else the latest to begin.
        """
        if category is None:
            return None
        head = self.association(association)
        chosen = head.editions.get(purpose)
        held = [
            pack
            for pack in self.editions(f"{head.association}/{purpose}/{category}")
            if pack.in_force(on) and (pack.edition == chosen or not is_choice(pack))
        ]
        return max(
            held,
            key=lambda pack: (pack.edition == chosen and is_choice(pack), pack.effective_from),
            default=None,
        )

    def editions(self, pack_id: str) -> tuple[Pack, ...]:
        """Return all packs of an id, the one without an edition first."""
        return self._by_id.get(pack_id, ())

    def of(self, association: str, purpose: Purpose | None = None) -> tuple[Pack, ...]:
        """Return the packs of an association, in the order of the categories."""
        return tuple(
            pack
            for pack in self.packs.values()
            if pack.association == association and purpose in {None, pack.purpose}
        )

    def sources_of(self, pack: Pack) -> dict[str, Source]:
        """Return what the pack cites, in numerical order."""
        known = self.sources[pack.association]
        cited = sorted(pack.cited(), key=lambda name: (not name.startswith("S"), len(name), name))
        return {name: known[name] for name in cited}

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[Pack, ...]]:
        found: dict[str, tuple[Pack, ...]] = {}
        for pack in self.packs.values():
            found[pack.id] = (*found.get(pack.id, ()), pack)
        return found


def is_choice(pack: Pack) -> bool:
    """Tell whether a pack is of an edition that an association has to choose: one named by a word."""
    return pack.edition is not None and not pack.edition[0].isdigit()


@cache
def shipped() -> Rulebook:
    """Return the packs that come with the program."""
    return load(SHIPPED)


def load_with_own(own: Path) -> Rulebook:
    """Return the shipped packs, with an installation's own on top if it has any."""
    return load(SHIPPED, own) if own.is_dir() else shipped()


def load(*roots: Path) -> Rulebook:
    """Read the packs below some folders; a later folder's file replaces the earlier's of that name.

    Raises `BrokenRules` with every problem found, each with the file and the line it is in.
    """
    files = RuleFiles(roots)
    files.read()
    if files.problems:
        raise BrokenRules(tuple(files.problems))
    return book_of(files)


def book_of(files: RuleFiles) -> Rulebook:
    """Put what was read into a book."""
    return Rulebook(files.associations, files.packs, files.sources, frozenset(files.taken_over))
