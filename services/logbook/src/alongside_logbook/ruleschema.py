"""JSON Schemas of the files of rule packs, for editors that complete and check while one writes.

Made from the models, with one difference: a file that extends another may leave out what the other
says, so only whole statements (those with sources) must be complete.
"""

from typing import Any, Literal

from alongside_logbook.domain.rules.packs import Pack
from alongside_logbook.rulefiles import Head

FileKind = Literal["pack", "association"]

FILES: dict[FileKind, str] = {"pack": "pack.schema.json", "association": "association.schema.json"}
"""How they are called in the folder of the packs."""


def schema(kind: FileKind) -> dict[str, Any]:
    """Return the schema of a pack's file, or of the head of an association's folder."""
    if kind == "association":
        made = Head.model_json_schema()
        return {**_HEADER, **made, "title": "Head of an association's folder of rule packs"}
    made = Pack.model_json_schema()
    needed = made.pop("required")
    made["properties"]["extends"] = {
        "type": "string",
        "pattern": "^[a-z0-9-]+/[a-z]+/[A-Za-z0-9-]+(@[a-z0-9-]+)?$",
        "description": "Another pack's file, whose words hold where this one says nothing else.",
    }
    made["anyOf"] = [{"required": ["extends"]}, {"required": needed}]
    for piece in made["$defs"].values():
        if "sources" not in piece.get("properties", {}):
            piece.pop("required", None)
    return {**_HEADER, **made, "title": "A rule pack"}


_HEADER = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
