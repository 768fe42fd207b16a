"""The rule packs as files: read, put together and checked.

A folder an association: `association.yaml`, and one file for each category under its purpose. A
file may extend another (`extends: alliance/apply/IFS`); mappings are merged, lists replaced. An
association may extend another: then the other's packs hold, with its own overlays and files on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from alongside.contracts import Category
from alongside.errors import AlongsideError, NotFound
from alongside_logbook.domain.packs import Association, Pack, Source

SHIPPED = Path(__file__).parent / "rules"
"""The packs that come with the program."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = "association.yaml"
_FALLBACK = "alliance"


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
    sources: Mapping[str, Mapping[str, Source]]

    def association(self, name: str) -> Association:
        """Return an association, or the shared pattern where the name is not known."""
        return self.associations.get(name) or self.associations[_FALLBACK]

    def pack(self, name: str) -> Pack:
        """Return the pack `association/purpose/category`."""
        try:
            return self.packs[name]
        except KeyError:
            raise NotFound(f"There is no rule pack {name[:80]!r}.") from None

    def find(self, association: str, category: Category | None, on: date) -> Pack | None:
        """Return what holds for somebody who pursues a category: none if they pursue none."""
        if category is None:
            return None
        known = self.association(association).association
        found = self.packs.get(f"{known}/apply/{category}")
        return found if found and found.in_force(on) else None

    def of(self, association: str) -> tuple[Pack, ...]:
        """Return the packs of an association, in the order of the categories."""
        return tuple(pack for pack in self.packs.values() if pack.association == association)

    def sources_of(self, pack: Pack) -> dict[str, Source]:
        """Return what the pack cites, in numerical order."""
        known = self.sources[pack.association]
        cited = sorted(pack.cited(), key=lambda name: (not name.startswith("S"), len(name), name))
        return {name: known[name] for name in cited}


@cache
def shipped() -> Rulebook:
    """Return the packs that come with the program."""
    return load(SHIPPED)


def load_with_own(own: Path) -> Rulebook:
    """Return the shipped packs, with an installation's own on top if it has any."""
    return load(SHIPPED, own) if own.is_dir() else shipped()


def load(*roots: Path) -> Rulebook:
    """Read the packs below some folders; a later folder's file replaces the earlier's of that name.

    Raises `BrokenRules` with every problem found, each with the file it is in.
    """
    reader = _Reader(roots)
    reader.read()
    if reader.problems:
        raise BrokenRules(tuple(reader.problems))
    return Rulebook(reader.associations, reader.packs, reader.sources)


class _Reader:
    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.files: dict[str, Path] = {}
        for root in roots:
            for path in sorted(root.rglob("*.yaml")):
                self.files[path.relative_to(root).as_posix()] = path
        self.problems: list[str] = []
        self.associations: dict[str, Association] = {}
        self.packs: dict[str, Pack] = {}
        self.sources: dict[str, dict[str, Source]] = {}
        self._raw: dict[str, dict[str, Any] | None] = {}
        self._overlays: dict[str, list[dict[str, Any]]] = {}

    def read(self) -> None:
        if f"{_FALLBACK}/{_HEAD}" not in self.files:
            self.problems.append(f"{_FALLBACK}/{_HEAD}: missing; every installation needs it")
            return
        for name in self.files:
            if name.endswith(f"/{_HEAD}"):
                self._association(name)
        for folder in self._parents_first():
            self._packs_of(folder)

    def _association(self, name: str) -> None:
        raw = self._mapping(name)
        if raw is None:
            return
        overlays = raw.pop("overlays", [])
        try:
            head = Association.model_validate(raw)
        except ValidationError as error:
            self._refuse(name, error)
            return
        folder = name.removesuffix(f"/{_HEAD}")
        if head.association != folder:
            self.problems.append(
                f"{name}: association is {head.association!r}, the folder {folder!r}"
            )
            return
        self.associations[folder] = head
        self._overlays[folder] = overlays if isinstance(overlays, list) else []

    def _parents_first(self) -> list[str]:
        order: list[str] = []
        for folder in self.associations:
            chain: list[str] = []
            here: str | None = folder
            while here is not None and here not in order:
                if here in chain or here not in self.associations:
                    self.problems.append(f"{folder}/{_HEAD}: extends {here!r}, which leads nowhere")
                    return order
                chain.append(here)
                here = self.associations[here].extends
            order += reversed(chain)
        return order

    def _packs_of(self, folder: str) -> None:
        head = self.associations[folder]
        inherited = head.extends
        self.sources[folder] = {**self.sources.get(inherited or "", {}), **head.sources}
        names = {name for name in self.files if name.startswith(f"{folder}/")} - {
            f"{folder}/{_HEAD}"
        }
        if inherited is not None:
            for pack in [pack for pack in self.packs.values() if pack.association == inherited]:
                own = f"{folder}/{pack.purpose}/{pack.category}.yaml"
                if own not in names:
                    raw = pack.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
                    self._pack(own, {**raw, "association": folder}, folder)
        for name in sorted(names, key=_category_order):
            merged = self._merged(name, ())
            if merged is not None:
                self._pack(name, {**merged, "association": folder}, folder)

    def _pack(self, name: str, raw: dict[str, Any], folder: str) -> None:
        for overlay in self._overlays[folder]:
            if overlay.get("track") in {None, raw.get("track")}:
                raw = _merge(raw, overlay.get("set", {}))
        try:
            pack = Pack.model_validate(raw)
        except ValidationError as error:
            self._refuse(name, error)
            return
        if f"{pack.id}.yaml" != name:
            self.problems.append(f"{name}: holds {pack.id}; the file must be named after it")
        unknown = pack.cited() - self.sources[folder].keys()
        if unknown:
            missing = ", ".join(sorted(unknown))
            self.problems.append(f"{name}: cites {missing}, which {_HEAD} does not list")
        self.packs[pack.id] = pack

    def _merged(self, name: str, below: tuple[str, ...]) -> dict[str, Any] | None:
        raw = self._mapping(name)
        if raw is None:
            return None
        raw = dict(raw)
        parent = raw.pop("extends", None)
        if parent is None:
            return raw
        parent_file = f"{parent}.yaml"
        if parent_file not in self.files:
            self.problems.append(f"{name}: extends {parent!r}, which does not exist")
            return None
        if parent_file in below or parent_file == name:
            self.problems.append(f"{name}: extends itself, by way of {parent!r}")
            return None
        base = self._merged(parent_file, (*below, name))
        return None if base is None else _merge(base, raw)

    def _mapping(self, name: str) -> dict[str, Any] | None:
        if name not in self._raw:
            self._raw[name] = None
            try:
                raw = yaml.load(self.files[name].read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                self.problems.append(f"{name}: is not YAML: {' '.join(str(error).split())}")
            else:
                if isinstance(raw, dict):
                    self._raw[name] = raw
                else:
                    self.problems.append(f"{name}: must be a mapping of names to values")
        return self._raw[name]

    def _refuse(self, name: str, error: ValidationError) -> None:
        for detail in error.errors():
            where = ".".join(str(part) for part in detail["loc"])
            said = detail["msg"].removeprefix("Value error, ")
            self.problems.append(f"{name}: {where + ': ' if where else ''}{said}")


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        # A statement with sources is one piece: half of it from elsewhere would cite wrongly.
        if both and "sources" not in value:
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


_ORDER = ("FA", "FS", "MHS", "MHM-C", "MHM-P", "MHM-RF")


def _category_order(name: str) -> tuple[bool, int, str]:
    category = name.rsplit("/", 1)[-1].removesuffix(".yaml")
    early_childhood = category.startswith("EC")
    short = category.removeprefix("EC") if early_childhood else category.removeprefix("I")
    return (early_childhood, _ORDER.index(short) if short in _ORDER else len(_ORDER), name)
