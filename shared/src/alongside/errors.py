"""The errors people and programs can meet, each with a stable code and an HTTP status.

One tree: the error page, the problem+json document (RFC 9457) and the command line all speak
from the same exception. A class's docstring is what it says when nothing more is known, so it
is written for the person who reads it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

PROBLEM_TYPE = "urn:alongside:problem:"


class AlongsideError(Exception):
    """Something went wrong on our side. Nothing was changed."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self, detail: str | None = None, *, field: str | None = None, **extra: Any
    ) -> None:
        self.detail = detail or _said_by(type(self))
        self.field = field
        self.fields: dict[str, str] = {} if field is None else {field: self.detail}
        self.extra = extra
        super().__init__(self.detail)

    def problem(self) -> dict[str, Any]:
        """Return the members of the RFC 9457 document."""
        document: dict[str, Any] = {
            "type": PROBLEM_TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.fields:
            document["errors"] = dict(self.fields)
        return {**self.extra, **document}


class BadRequest(AlongsideError):
    """This request cannot be understood."""

    code = "bad_request"
    status = 400
    title = "Not understood"


class Unauthenticated(AlongsideError):
    """Please sign in first."""

    code = "sign_in_needed"
    status = 401
    title = "Sign-in needed"


class Forbidden(AlongsideError):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class NotFound(AlongsideError):
    """There is nothing here, or it is not yours to see."""

    code = "not_found"
    status = 404
    title = "Not found"


class MethodNotAllowed(AlongsideError):
    """This address does not do that."""

    code = "method_not_allowed"
    status = 405
    title = "Not done here"


class Conflict(AlongsideError):
    """Somebody changed this at the same moment, or it stands against something else."""

    code = "conflict"
    status = 409
    title = "In conflict"


class Gone(AlongsideError):
    """This was here once. It has been used, replaced or taken back."""

    code = "gone"
    status = 410
    title = "No longer valid"


class TooLarge(AlongsideError):
    """What was sent is larger than is taken here."""

    code = "too_large"
    status = 413
    title = "Too large"


class UnsupportedMediaType(AlongsideError):
    """What was sent is of a kind that is not taken here."""

    code = "unsupported_media_type"
    status = 415
    title = "Wrong kind of content"


class Invalid(AlongsideError):
    """Something in what was sent is not right yet."""

    code = "invalid"
    status = 422
    title = "Please look again"

    @classmethod
    def many(cls, fields: Mapping[str, str], detail: str | None = None) -> "Invalid":
        """Return one error that speaks about several fields."""
        error = cls(detail or " ".join(dict.fromkeys(fields.values())))
        error.fields = dict(fields)
        return error


class RateLimited(AlongsideError):
    """That was a lot at once. Please wait a little and try again."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"


class Unavailable(AlongsideError):
    """A part we need does not answer at the moment. Nothing was changed; please try again."""

    code = "unavailable"
    status = 503
    title = "Back in a moment"


def _said_by(kind: type[AlongsideError]) -> str:
    for ancestor in kind.__mro__:
        if ancestor.__doc__ and issubclass(ancestor, AlongsideError):
            return " ".join(ancestor.__doc__.split())
    return kind.title
