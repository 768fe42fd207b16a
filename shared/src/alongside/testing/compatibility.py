"""Whether a new version of an event or a route may replace the old one.

Old readers, old records and old programs must still work.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaks(old: Schema, new: Schema, *, unsaid: bool = False) -> list[str]:
    """Return what the new JSON schema breaks for records and readers of the old one, in words.

    Within a version of a type, fields may be added if they are optional. A field may not vanish,
    change its type, become required, or lose a value that records already carry. An open list may
    have new words, and a closed one may become open. A new word of a closed list is put aside by
    the old readers: it is taken only if it is `unsaid`, known by this version and said by the next.
    """
    comparison = _Comparison(old.get("$defs", {}), new.get("$defs", {}), closed=not unsaid)
    return [*comparison.of("event", old, new)]


_METHODS = ("get", "put", "post", "delete", "patch")


def breaks_api(old: Schema, new: Schema) -> list[str]:
    """Return what the new OpenAPI document breaks for programs written against the old one, in words.

    A route may not vanish, ask for more than it did, take less than it did, or answer without a
    field that it had.
    """
    defs = old["components"]["schemas"], new["components"]["schemas"]
    sent, answered = _Comparison(*defs), _Comparison(*defs)
    found = []
    for path, item in old["paths"].items():
        for method in (each for each in _METHODS if each in item):
            name = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                found.append(f"{name}: is gone")
                continue
            found += _parameters(name, item[method], now)
            before, after = (_body(each.get("requestBody", {})) for each in (item[method], now))
            if after and not before and now["requestBody"].get("required"):
                found.append(f"{name}: a body became required")
            found += sent.of(f"{name} <", before, after) if before and after else ()
            for status, answer in item[method]["responses"].items():
                if status not in now["responses"]:
                    found.append(f"{name}: no longer answers {status}")
                    continue
                before, after = _body(answer), _body(now["responses"][status])
                differing = answered.of(f"{name} >", before, after)
                # To be told more than one was promised harms nobody.
                found += [each for each in differing if not each.endswith("became required")]
    return found


def _parameters(name: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = (
        {
            (each["in"], each["name"]): each
            for each in said.get("parameters", ())
            if "$ref" not in each
        }
        for said in (old, new)
    )
    for place, said in sorted(after.items()):
        if said.get("required") and not before.get(place, {}).get("required"):
            yield f"{name}: {place[1]} became required"
    for place in sorted(set(before) - set(after)):
        yield f"{name}: {place[1]} is gone"


def _body(said: Schema) -> Schema:
    """Return the schema of a JSON body; nothing for other kinds."""
    found: Schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    return found


class _Comparison:
    """Compares schemas that refer to others; a pair of those is compared once."""

    def __init__(self, old_defs: Schema, new_defs: Schema, *, closed: bool = False) -> None:
        self._old_defs = old_defs
        self._new_defs = new_defs
        self._closed = closed
        self._seen: set[tuple[str, str]] = set()

    def of(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """Yield what is broken."""
        pair = old.get("$ref", ""), new.get("$ref", "")
        if all(pair):
            if pair in self._seen:
                return
            self._seen.add(pair)
        yield from self._compare(where, old, new)

    def _compare(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = _resolved(old, self._old_defs), _resolved(new, self._new_defs)
        if old.get("type") != new.get("type"):
            yield f"{where}: was {old.get('type')}, is {new.get('type')}"
            return
        yield from self._words(where, _values(old), _values(new))
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(set(before) - set(after)):
            yield f"{where}.{name}: is gone"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{where}.{name}: became required"
        for name in sorted(set(before) & set(after)):
            yield from self.of(f"{where}.{name}", before[name], after[name])
        if "items" in old and "items" in new:
            yield from self.of(f"{where}[]", old["items"], new["items"])
        if "anyOf" in old or "anyOf" in new:
            yield from self._choices(where, old, new)

    def _words(self, where: str, old: set[Any], new: set[Any]) -> Iterator[str]:
        if old - new and new:
            yield f"{where}: no longer takes {', '.join(sorted(map(str, old - new)))}"
        if self._closed and old and new - old:
            yield (
                f"{where}: {', '.join(sorted(map(str, new - old)))} is new in a closed list: the version "
                "before puts such records aside. Know it now (--unsaid), say it one version later."
            )
        if self._closed and new and not old:
            yield f"{where}: was open, and takes only {', '.join(sorted(map(str, new)))}"

    def _choices(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = _kinds(old, self._old_defs), _kinds(new, self._new_defs)
        for name in sorted(set(before) - set(after)):
            yield f"{where}: may no longer be {name.strip('/')}"
        for name in sorted(set(before) & set(after)):
            yield from self.of(where, before[name], after[name])


def _kinds(schema: Schema, defs: Schema) -> dict[str, Schema]:
    """Return what a value may be, by kind and name."""
    choices = schema.get("anyOf", [schema])
    resolved = [(_resolved(each, defs), each) for each in choices]
    return {f"{each.get('type')}/{each.get('title', '')}": said for each, said in resolved}


def _resolved(schema: Schema, defs: Schema) -> Schema:
    reference = schema.get("$ref")
    return defs[reference.rsplit("/", 1)[1]] if reference else schema


def _values(schema: Schema) -> set[Any]:
    return {schema["const"]} if "const" in schema else set(schema.get("enum", ()))
