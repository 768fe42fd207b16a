"""Who is asking: a signed cookie for people, a bearer token for scripts.

Every service checks both by public key. What it also asks of its own database is whether the
sign-in was ended. A service that keeps people (or a copy of them) may set
`app.state.person_gate`, so that a change of roles counts at once and not at the next sign-in.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from alongside.contracts import Role
from alongside.errors import Forbidden, Unauthenticated
from alongside.web.ended import end_session, on_signed_out
from alongside.web.paths import local_path
from alongside.web.state import web_of
from alongside.web.tokens import BadToken, Claims, cookie_name

__all__ = [
    "AsCoordinator",
    "AsSupervisor",
    "CurrentViewer",
    "InsufficientScope",
    "MaybeViewer",
    "PersonFacts",
    "PersonGate",
    "Viewer",
    "end_session",
    "on_signed_out",
    "sign_in_path",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class InsufficientScope(Forbidden):
    """This token may read, but not write."""

    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What a service knows of a person now, fresher than a cookie."""

    name: str
    roles: frozenset[Role]
    zone: str
    left: bool = False


PersonGate = Callable[[str], Awaitable[PersonFacts | None]]
"""Person id to facts. None means not known here, or not yet: then the signed claims stand."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks."""

    person_id: str
    name: str
    roles: frozenset[Role]
    zone: str
    session_id: str
    scopes: frozenset[str] | None = None
    """None in a browser; for an API token, what it may do."""

    @property
    def is_coordinator(self) -> bool:
        """Whether they coordinate the association."""
        return "coordinator" in self.roles

    @property
    def is_supervisor(self) -> bool:
        """Whether they provide reflective supervision."""
        return "supervisor" in self.roles

    @property
    def is_supervisee(self) -> bool:
        """Whether they receive reflective supervision."""
        return "supervisee" in self.roles

    def may(self, method: str) -> bool:
        """Tell whether the token's scopes cover a method. A browser's cookie covers all."""
        if self.scopes is None or "write" in self.scopes:
            return True
        return method in SAFE_METHODS and "read" in self.scopes


def bearer_token(request: Request) -> str | None:
    """Return the bearer token a request carries, if any. It counts alone: no cookie helps it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def sign_in_path(request: Request) -> str:
    """Return the sign-in page's path, with the way back to a page that was only looked at."""
    way_back = request.url.path
    if request.method not in SAFE_METHODS:
        # What was sent is gone; the page it was sent from is where to begin again.
        way_back = urlsplit(request.headers.get("referer", "")).path
    elif request.url.query:
        way_back = f"{way_back}?{request.url.query}"
    way_back = local_path(way_back)
    return "/sign-in" if way_back == "/" else f"/sign-in?next={quote(way_back, safe='/')}"


async def find_viewer(request: Request) -> Viewer | None:
    """Return who asks, or None. A token that is there but no good raises `Unauthenticated`."""
    web = web_of(request)
    bearer = bearer_token(request)
    token = bearer or request.cookies.get(cookie_name(web.origin))
    if bearer is None and not token:
        return None
    try:
        claims = web.tokens.read(token or "", web.clock.now())
        viewer = await _still(request, claims, in_browser=bearer is None)
    except BadToken:
        if bearer is None:
            return None
        raise Unauthenticated("This token is not valid here, or has ended.") from None
    if not viewer.may(request.method):
        raise InsufficientScope
    return viewer


async def _still(request: Request, claims: Claims, *, in_browser: bool) -> Viewer:
    if (claims.scopes is None) != in_browser:
        # A cookie's value is not an API token, nor the other way round.
        raise BadToken
    if await web_of(request).ended.has_ended(claims):
        raise BadToken
    gate: PersonGate | None = getattr(request.app.state, "person_gate", None)
    facts = await gate(claims.person_id) if gate is not None else None
    if facts is not None and facts.left:
        raise BadToken
    return Viewer(
        person_id=claims.person_id,
        name=facts.name if facts else claims.name,
        roles=facts.roles if facts else claims.roles,
        zone=facts.zone if facts else claims.zone,
        session_id=claims.session_id,
        scopes=claims.scopes,
    )


# These two only document the doors in the OpenAPI description.
_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="An API token: `alongside token EMAIL`."
)
_COOKIE = APIKeyCookie(
    name="alongside",
    auto_error=False,
    scheme_name="cookie",
    description="The signed cookie of a browser (`__Host-alongside` on https).",
)


async def maybe_viewer(
    request: Request,
    _bearer: Annotated[object, Depends(_BEARER)],
    _cookie: Annotated[object, Depends(_COOKIE)],
) -> Viewer | None:
    """Return who asks, or None when nobody is signed in."""
    viewer = await find_viewer(request)
    request.state.viewer = viewer
    return viewer


MaybeViewer = Annotated[Viewer | None, Depends(maybe_viewer)]
"""Whoever is signed in, or None."""


async def current_viewer(viewer: MaybeViewer) -> Viewer:
    """Return who asks; without a sign-in, pages lead to it and JSON routes answer 401."""
    if viewer is None:
        raise Unauthenticated
    return viewer


CurrentViewer = Annotated[Viewer, Depends(current_viewer)]
"""Whoever is signed in. Otherwise: 303 to the sign-in page, or 401 for JSON."""


async def as_supervisor(viewer: CurrentViewer) -> Viewer:
    """Return who asks if they supervise, or coordinate those who do."""
    if not (viewer.is_supervisor or viewer.is_coordinator):
        raise Forbidden("This is for supervisors.")
    return viewer


async def as_coordinator(viewer: CurrentViewer) -> Viewer:
    """Return who asks if they coordinate."""
    if not viewer.is_coordinator:
        raise Forbidden("This is for coordinators.")
    return viewer


AsSupervisor = Annotated[Viewer, Depends(as_supervisor)]
"""A supervisor or a coordinator. Which groups are theirs is for the use case to judge."""

AsCoordinator = Annotated[Viewer, Depends(as_coordinator)]
"""A coordinator."""
