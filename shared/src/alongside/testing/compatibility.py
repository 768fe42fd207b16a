"""May a new version of an event replace the old one? Old readers and old records must still work."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """Return what the new JSON schema breaks for records and readers of the old one, in words.

    Within a version of a type, fields may be added if they are optional. A field may not vanish,
    change its type, become required, or lose a value that records already carry.
    """
    return [
        *_compare("", old, new, old.get("$defs", {}), new.get("$defs", {})),
    ]


def _compare(
    where: str, old: Schema, new: Schema, old_defs: Schema, new_defs: Schema
) -> Iterator[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    if old.get("type") != new.get("type"):
        yield f"{where or 'event'}: was {old.get('type')}, is {new.get('type')}"
        return
    gone = set(_values(old)) - set(_values(new))
    if gone and _values(new):
        yield f"{where}: no longer takes {', '.join(sorted(map(str, gone)))}"
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(set(before) - set(after)):
        yield f"{where}.{name}: is gone"
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{where}.{name}: became required"
    for name in sorted(set(before) & set(after)):
        yield from _compare(f"{where}.{name}", before[name], after[name], old_defs, new_defs)
    if "items" in old and "items" in new:
        yield from _compare(f"{where}[]", old["items"], new["items"], old_defs, new_defs)
    if "anyOf" in old or "anyOf" in new:
        yield from _compare_choices(where, old, new, old_defs, new_defs)


def _compare_choices(
    where: str, old: Schema, new: Schema, old_defs: Schema, new_defs: Schema
) -> Iterator[str]:
    def kinds(schema: Schema, defs: Schema) -> dict[str, Schema]:
        choices = [_resolved(each, defs) for each in schema.get("anyOf", [schema])]
        return {f"{each.get('type')}/{each.get('title', '')}": each for each in choices}

    before, after = kinds(old, old_defs), kinds(new, new_defs)
    for name in sorted(set(before) - set(after)):
        yield f"{where}: may no longer be {name.strip('/')}"
    for name in sorted(set(before) & set(after)):
        yield from _compare(where, before[name], after[name], old_defs, new_defs)


def _resolved(schema: Schema, defs: Schema) -> Schema:
    reference = schema.get("$ref")
    return defs[reference.rsplit("/", 1)[1]] if reference else schema


def _values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])
