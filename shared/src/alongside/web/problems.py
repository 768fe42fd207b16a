"""How an error is told: to a program as problem+json (RFC 9457), to a person as a page."""

import contextlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from alongside.db.database import is_transient
from alongside.errors import (
    AlongsideError,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from alongside.web.auth import InsufficientScope, bearer_token, find_viewer, sign_in_path

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"

Model = TypeVar("Model", bound=BaseModel)

_BY_STATUS: dict[int, type[AlongsideError]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        Gone,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
        RateLimited,
        Unavailable,
    )
}


class Problem(BaseModel):
    """The shape of every error of the JSON routes (RFC 9457)."""

    type: str = Field(examples=["urn:alongside:problem:unknown_zone"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; what a program should look at.", examples=["not_found"])
    errors: dict[str, str] | None = Field(
        default=None, description="Where several fields are meant: name to message."
    )
    request_id: str | None = Field(default=None, description="Mention it when you ask for help.")


def wants_problem(request: Request) -> bool:
    """Tell whether this request comes from a program: then an error is a document, not a page."""
    if request.url.path.startswith("/api/") or bearer_token(request) is not None:
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


async def answer(request: Request, error: AlongsideError) -> Response:
    """Return the response that tells this error to whoever asked."""
    if wants_problem(request):
        return _document(request, error)
    if isinstance(error, Unauthenticated):
        return _to_sign_in(request)
    if request.url.path.startswith("/feeds/"):
        return PlainTextResponse(error.detail, error.status, _headers(request, error))
    return await _page(request, error)


async def on_alongside_error(request: Request, error: Exception) -> Response:
    """Tell one of our own errors."""
    assert isinstance(error, AlongsideError)  # noqa: S101  # registered for nothing else
    return await answer(request, error)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Tell what the framework found wrong."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for nothing else
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        kind = (
            AlongsideError if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else BadRequest
        )
    response = await answer(request, kind())
    for name, value in (error.headers or {}).items():
        response.headers.setdefault(name, value)
    return response


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Tell which fields of what was sent are wrong, and how."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    found = error.errors()
    told = _wrong_kind(request, found) or _no_json(found) or invalid(found, skip=1)
    return await answer(request, told)


async def on_unexpected(request: Request, error: Exception) -> Response:
    """Tell that we failed, without saying how; the log has that."""
    if is_transient(error):
        return await answer(request, Unavailable())
    return await answer(request, AlongsideError())


def invalid(errors: Sequence[Any], *, skip: int = 0) -> Invalid:
    """Return pydantic's findings as one error with a message a field. What was typed is not quoted."""
    fields: dict[str, str] = {}
    for each in errors:
        name = ".".join(str(part) for part in each["loc"][skip:]) or "_"
        fields.setdefault(name, _sentence(each))
    return Invalid.many(fields, "Please look at: " + ", ".join(fields) + ".")


def validated(model: type[Model], data: Mapping[str, Any]) -> Model:
    """Return `data` as a model; raise `Invalid` with a message a field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None


_INSTANT = "Give a date and time with its zone, such as 2026-03-10T10:00:00-05:00."
_DATE = "Give a date as YYYY-MM-DD."
_WHOLE = "Give a whole number."

_SENTENCES = {
    "missing": "This is needed.",
    "string_type": "Give text.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_parsing": "Give true or false.",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": _INSTANT,
    "greater_than": "Must be more than {gt}.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than": "Must be less than {lt}.",
    "less_than_equal": "Must be at most {le}.",
    "string_too_short": "At least {min_length} characters are needed.",
    "string_too_long": "At most {max_length} characters are taken.",
    "too_short": "At least {min_length} are needed.",
    "too_long": "At most {max_length} are taken.",
    "literal_error": "Choose one of {expected}.",
    "extra_forbidden": "This field is not known here.",
}
"""What pydantic finds, said to people."""


def _sentence(error: Any) -> str:
    kind, facts = error["type"], error.get("ctx", {})
    if kind in ("string_too_short", "too_short") and facts.get("min_length") == 1:
        kind = "missing"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format_map(facts)
    cause = facts.get("error")
    message = str(cause) if kind == "value_error" and cause else str(error["msg"])
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _wrong_kind(request: Request, errors: Sequence[Any]) -> UnsupportedMediaType | None:
    if not any(each["loc"][:1] == ("body",) for each in errors):
        return None
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "") not in ("", "0")
    has_body = has_body or "transfer-encoding" in request.headers
    body = getattr(request.scope.get("route"), "body_field", None)
    if not has_body or body is None:
        return None
    if isinstance(body.field_info, Form):
        taken = given in ("application/x-www-form-urlencoded", "multipart/form-data")
        wanted = "application/x-www-form-urlencoded or multipart/form-data"
    else:
        taken = given == "application/json" or given.endswith("+json")
        wanted = "application/json"
    if taken:
        return None
    return UnsupportedMediaType(f"Send this as {wanted}, and say so in Content-Type.")


def _no_json(errors: Sequence[Any]) -> BadRequest | None:
    if any(each["type"] == "json_invalid" for each in errors):
        return BadRequest("The body is not JSON.")
    return None


def _document(request: Request, error: AlongsideError) -> Response:
    content = error.problem()
    if request_id := request.scope.get("alongside.request_id"):
        content["request_id"] = request_id
    return JSONResponse(
        content, error.status, headers=_headers(request, error), media_type=PROBLEM_JSON
    )


def _to_sign_in(request: Request) -> Response:
    path = sign_in_path(request)
    if "hx-request" in request.headers and "hx-boosted" not in request.headers:
        # A fragment cannot become a sign-in page; the whole window goes there.
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": path})
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


async def _page(request: Request, error: AlongsideError) -> Response:
    from alongside.web.pages import Pages  # noqa: PLC0415  # pages redirect, errors are pages

    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR and not hasattr(request.state, "viewer"):
        with contextlib.suppress(Exception):
            request.state.viewer = await find_viewer(request)
    try:
        response: Response = Pages(request).render(
            "error.html",
            status=error.status,
            title=error.title,
            detail=error.detail,
            code=error.code,
            request_id=request.scope.get("alongside.request_id"),
        )
    except Exception as failure:  # noqa: BLE001  # a broken error page must not hide the error
        log.warning("error_page_failed", error=repr(failure))
        response = PlainTextResponse(f"{error.title}\n\n{error.detail}\n", error.status)
    response.headers.update(_headers(request, error))
    return response


def _headers(request: Request, error: AlongsideError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Unauthenticated):
        sent = bearer_token(request) is not None
        headers["WWW-Authenticate"] = 'Bearer realm="alongside"' + (
            ', error="invalid_token"' if sent else ""
        )
    elif isinstance(error, InsufficientScope):
        headers["WWW-Authenticate"] = (
            'Bearer realm="alongside", error="insufficient_scope", scope="write"'
        )
    elif isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.extra.get("retry_after", 60))
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "5"
    return headers
