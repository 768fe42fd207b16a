"""The rule packs as files: read, put together and checked one by one.

A folder an association: `association.yaml`, and one file for each category under its purpose. A
file may extend another (`extends: alliance/apply/IFS`); mappings are merged, lists replaced. An
association may extend another: then the other's packs hold, with its own overlays and files on top.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from alongside_logbook.domain.rules.packs import Association, Pack, Purpose, Track
from alongside_logbook.domain.rules.sourced import RuleModel

HEAD = "association.yaml"
FALLBACK = "alliance"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Overlay(RuleModel):
    """A change to many packs of an association at once: to those that fit all that is said."""

    purpose: Purpose | None = None
    track: Track | None = None
    categories: tuple[str, ...] = ()
    """Empty: of every category."""
    edition: str | None = None
    """`none`: only files without an edition."""
    set: dict[str, Any] = Field(default_factory=dict)
    """Merged into the pack, as a file is that extends another."""
    requirements: tuple[dict[str, Any], ...] = ()
    """Take the place of the requirement of the same id, or are added."""
    rows: tuple[dict[str, Any], ...] = ()
    """Provider rows that take the place of those about the same kinds and standing, or come first."""
    drop_standing: tuple[Literal["vetted", "emerging", "endorsed"], ...] = ()
    """Provider rows about one of these standings are taken out."""

    def fits(self, raw: dict[str, Any]) -> bool:
        """Tell whether a pack is meant."""
        return (
            self.purpose in {None, raw.get("purpose")}
            and self.track in {None, raw.get("track")}
            and (not self.categories or raw.get("category") in self.categories)
            and self.edition in {None, raw.get("edition") or "none"}
        )

    def on(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return the pack with the change."""
        changed = merged(raw, self.set)
        if self.requirements:
            changed["requirements"] = _by_id(changed.get("requirements", ()), self.requirements)
        if changed.get("providers") and (self.rows or self.drop_standing):
            changed["providers"] = {**changed["providers"], "rows": self._rows(changed)}
        return changed

    def _rows(self, raw: dict[str, Any]) -> list[dict[str, Any]]:
        mine = {_about(row) for row in self.rows}
        others = [
            row
            for row in raw["providers"]["rows"]
            if _about(row) not in mine and not {*_about(row)[1]} & {*self.drop_standing}
        ]
        return [*self.rows, *others]


class Head(Association):
    """What `association.yaml` says."""

    overlays: tuple[Overlay, ...] = ()


class RuleFiles:
    """The packs below some folders; a later folder's file replaces the earlier's of that name."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.files: dict[str, Path] = {}
        for root in roots:
            for path in sorted(root.rglob("*.yaml")):
                self.files[path.relative_to(root).as_posix()] = path
        self.problems: list[str] = []
        self.associations: dict[str, Association] = {}
        self.packs: dict[str, Pack] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.taken_over: set[str] = set()
        """Names of packs that an association has from another without a change."""
        self._raw: dict[str, dict[str, Any] | None] = {}
        self._heads: dict[str, Head] = {}
        self._nodes: dict[str, yaml.Node | None] = {}

    def read(self) -> None:
        """Read all of them; what is wrong is in `problems`, the rest in the other fields."""
        if f"{FALLBACK}/{HEAD}" not in self.files:
            self.problems.append(f"{FALLBACK}/{HEAD}: missing; every installation needs it")
            return
        for name in self.files:
            if name.endswith(f"/{HEAD}"):
                self._association(name)
        for folder in self._parents_first():
            self._packs_of(folder)
        for name in self.files:
            if name.split("/", 1)[0] not in self._heads and not name.endswith(f"/{HEAD}"):
                self.problems.append(f"{name}: stands in no association's folder")

    def parents(self, name: str) -> tuple[str, ...]:
        """Return the file, and those it extends, the nearest first."""
        chain: list[str] = []
        here: str | None = name
        while here is not None and here not in chain and here in self.files:
            chain.append(here)
            parent = (self._mapping(here) or {}).get("extends")
            here = f"{parent}.yaml" if isinstance(parent, str) else None
        return tuple(chain)

    def place(self, name: str, where: Sequence[str | int] = ()) -> str:
        """Return `file:line` of a piece of a pack: in its own file, or in the one it was taken from."""
        for file in (*self.parents(name), *self.inherited_from(name)):
            root = self._node(file)
            line = _line_in(root, where) if root is not None else None
            if line is not None:
                return f"{file}:{line}" if where else file
        return name

    def _node(self, file: str) -> yaml.Node | None:
        if file not in self._nodes:
            try:
                text = self.files[file].read_text(encoding="utf-8")
                self._nodes[file] = yaml.compose(text, Loader=_LOADER)
            except (yaml.YAMLError, UnicodeDecodeError):
                self._nodes[file] = None
        return self._nodes[file]

    def inherited_from(self, name: str) -> tuple[str, ...]:
        """Return the files in which a pack stands that an association took over from another."""
        folder, _, rest = name.partition("/")
        head = self._heads.get(folder)
        while head is not None and head.extends is not None:
            candidate = f"{head.extends}/{rest}"
            if candidate in self.files:
                return self.parents(candidate)
            head = self._heads.get(head.extends)
        return ()

    def _association(self, name: str) -> None:
        raw = self._mapping(name)
        if raw is None:
            return
        try:
            head = Head.model_validate(raw)
        except ValidationError as error:
            self._refuse(name, error)
            return
        folder = name.removesuffix(f"/{HEAD}")
        if head.association != folder:
            self.problems.append(
                f"{self.place(name, ('association',))}: association is {head.association!r}, "
                f"the folder {folder!r}"
            )
            return
        self.associations[folder] = head
        self._heads[folder] = head

    def _parents_first(self) -> list[str]:
        order: list[str] = []
        for folder in self._heads:
            chain: list[str] = []
            here: str | None = folder
            while here is not None and here not in order:
                if here in chain or here not in self._heads:
                    place = self.place(f"{folder}/{HEAD}", ("extends",))
                    self.problems.append(f"{place}: extends {here!r}, which leads nowhere")
                    return order
                chain.append(here)
                here = self._heads[here].extends
            order += reversed(chain)
        return order

    def _packs_of(self, folder: str) -> None:
        head = self._heads[folder]
        inherited = head.extends
        self.sources[folder] = {**self.sources.get(inherited or "", {}), **head.sources}
        own = {name for name in self.files if name.startswith(f"{folder}/")} - {f"{folder}/{HEAD}"}
        taken = {
            f"{folder}/{_rest(pack)}.yaml": pack for pack in self._taken_over(head) if inherited
        }
        for name in sorted({*own, *taken}, key=_order):
            if name in own:
                raw = self._merged(name, ())
                if raw is not None:
                    self._pack(name, {**raw, "association": folder}, folder)
            else:
                self._take(name, taken[name], folder)

    def _taken_over(self, head: Head) -> list[Pack]:
        theirs = [pack for pack in self.packs.values() if pack.association == head.extends]
        kept: list[Pack] = []
        for pack in theirs:
            chosen = head.editions.get(pack.purpose)
            if pack.edition == chosen or (pack.edition or "0")[0].isdigit():
                kept.append(pack)
        # What was chosen for good leaves no day to the others of its id.
        for_good = {
            pack.id: pack
            for pack in kept
            if pack.edition and not pack.edition[0].isdigit() and pack.effective_until is None
        }
        return [
            pack
            for pack in kept
            if pack.id not in for_good
            or pack is for_good[pack.id]
            or pack.effective_from < for_good[pack.id].effective_from
        ]

    def _take(self, name: str, pack: Pack, folder: str) -> None:
        slim = {
            "purpose": pack.purpose,
            "track": pack.track,
            "category": pack.category,
            "edition": pack.edition,
        }
        if not any(overlay.fits(slim) for overlay in self._heads[folder].overlays):
            ours = pack.model_copy(update={"association": folder})
            self.packs[ours.name] = ours
            self.taken_over.add(ours.name)
            return
        raw = pack.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        self._pack(name, {**raw, "association": folder}, folder)

    def _pack(self, name: str, raw: dict[str, Any], folder: str) -> None:
        before = raw
        for overlay in self._heads[folder].overlays:
            if overlay.fits(raw):
                raw = overlay.on(raw)
        try:
            pack = Pack.model_validate(raw)
        except ValidationError as error:
            self._refuse(name, error)
            return
        if f"{pack.name}.yaml" != name:
            self.problems.append(f"{name}: holds {pack.name}; the file must be named after it")
        unknown = pack.cited() - self.sources[folder].keys()
        if unknown:
            missing = ", ".join(sorted(unknown))
            self.problems.append(f"{name}: cites {missing}, which {HEAD} does not list")
        self.packs[pack.name] = pack
        if name not in self.files and raw == before:
            self.taken_over.add(pack.name)

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
            place = self.place(name, ("extends",))
            self.problems.append(f"{place}: extends {parent!r}, which does not exist")
            return None
        if parent_file in below or parent_file == name:
            self.problems.append(
                f"{self.place(name, ('extends',))}: extends itself, by way of {parent!r}"
            )
            return None
        base = self._merged(parent_file, (*below, name))
        if base is None:
            return None
        # An edition names a file; whoever extends it is another file.
        base.pop("edition", None)
        return merged(base, raw)

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
            where = detail["loc"]
            path = ".".join(str(part) for part in where)
            said = detail["msg"].removeprefix("Value error, ")
            self.problems.append(f"{self.place(name, where)}: {path + ': ' if path else ''}{said}")


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return one mapping on top of another; mappings are merged, lists replaced."""
    both = dict(base)
    for key, value in over.items():
        below = both.get(key)
        # A statement with sources is one piece: half of it from elsewhere would cite wrongly.
        if isinstance(below, dict) and isinstance(value, dict) and "sources" not in value:
            both[key] = merged(below, value)
        else:
            both[key] = value
    return both


def _by_id(
    requirements: Sequence[dict[str, Any]], changes: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    changed = {each["id"]: each for each in requirements}
    changed |= {each["id"]: each for each in changes if "id" in each}
    return list(changed.values())


def _about(row: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(row.get("kinds", ())), tuple(row.get("standing", ("endorsed",)))


def _rest(pack: Pack) -> str:
    return pack.name.split("/", 1)[1]


def _line_in(root: yaml.Node, where: Sequence[str | int]) -> int | None:
    """Return the line of a piece of a file, or of what it is a part of; none if it is not in it."""
    node, line = root, None if where else int(root.start_mark.line) + 1
    for part in where:
        found = _child(node, part)
        if found is None:
            return line
        node, line = found
    return line


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, int(key.start_mark.line) + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, int(item.start_mark.line) + 1
    return None


_ORDER = ("FA", "FS", "MHS", "MHM-C", "MHM-P", "MHM-RF")
_PURPOSES = ("apply", "ers", "renew", "reinstate")


def _order(name: str) -> tuple[int, bool, int, str]:
    parts = name.removesuffix(".yaml").split("/")
    purpose = _PURPOSES.index(parts[1]) if parts[1] in _PURPOSES else len(_PURPOSES)
    category = parts[-1].split("@")[0]
    early_childhood = category.startswith("EC")
    short = category.removeprefix("EC") if early_childhood else category.removeprefix("I")
    place = _ORDER.index(short) if short in _ORDER else len(_ORDER)
    return (purpose, early_childhood, place, name)
