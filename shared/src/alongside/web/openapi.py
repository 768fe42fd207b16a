"""The OpenAPI 3.1 description: the JSON routes only, with the one shape of every error."""

from typing import Any

from alongside.web.problems import PROBLEM_JSON, Problem

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_WRITES = frozenset({"put", "post", "delete", "patch"})


def polished(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the framework's description without pages, and with errors as they really are."""
    paths = {
        path: item for path, item in schema.get("paths", {}).items() if path.startswith(prefix)
    }
    for item in paths.values():
        for method, operation in item.items():
            if method in _METHODS:
                _polish(operation, writes=method in _WRITES)
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {
        "Problem": {
            "description": "What is wrong, as a problem document (RFC 9457).",
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    components["parameters"] = {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 255},
            "description": "Any text of your own. Sent again with the same body, it returns the "
            "first answer and does nothing; with another body it is refused (422).",
        }
    }
    return {**schema, "paths": dict(sorted(paths.items()))}


def _polish(operation: dict[str, Any], *, writes: bool) -> None:
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    responses["default"] = {"$ref": "#/components/responses/Problem"}
    if writes:
        parameters = operation.setdefault("parameters", [])
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
