"""Signed cookies and API tokens: one form, made by the scheduler, read by every service.

A token is a JWS over Ed25519 (RFC 8037, named by RFC 9864). It says who, in which roles, in
which zone, for how long, and as part of which sign-in, so that a service can serve a page
without asking a sibling.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey

from alongside.contracts import Role, known_roles
from alongside.secrets import Secrets

SESSION_LIFETIME = timedelta(days=30)
"""How long a sign-in in a browser lasts."""

LONGEST_LIFETIME = timedelta(days=400)
"""No cookie or token is signed for longer."""

SCOPES = ("read", "write")
"""What an API token may be allowed. `write` includes `read`."""

_ALGORITHM = "Ed25519"
_TYPE = "alongside-session+jwt"
_LONGEST_TOKEN = 4096


class BadToken(Exception):
    """This token was not made here, was changed, or has ended."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    person_id: str
    name: str
    roles: frozenset[Role]
    zone: str
    session_id: str
    issued_at: datetime
    expires_at: datetime
    scopes: frozenset[str] | None = None
    """None for a browser; for an API token what it may do."""


def sign_session(
    secrets: Secrets,
    *,
    person_id: str,
    name: str,
    roles: Iterable[str],
    zone: str,
    session_id: str,
    now: datetime,
    lifetime: timedelta = SESSION_LIFETIME,
    scopes: Iterable[str] | None = None,
) -> str:
    """Return a signed cookie value, or with `scopes` an API token."""
    claims: dict[str, Any] = {
        "sub": person_id,
        "name": name[:200],
        "roles": sorted(roles),
        "zone": zone,
        "sid": session_id,
        "iat": int(now.timestamp()),
        "exp": int((now + min(lifetime, LONGEST_LIFETIME)).timestamp()),
    }
    if scopes is not None:
        claims["scp"] = sorted(scopes)
    return jwt.encode(
        {"alg": _ALGORITHM, "typ": _TYPE},
        claims,
        OKPKey.import_key(secrets.signing_key),
        algorithms=[_ALGORITHM],
    )


class TokenReader:
    """Reads tokens by the public key. Only one algorithm is known, whatever a header claims."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._keys: tuple[OKPKey, ...] = ()

    def read(self, token: str, now: datetime) -> Claims:
        """Return what the token says; raise `BadToken` unless it is genuine and still runs."""
        if len(token) > _LONGEST_TOKEN:
            raise BadToken
        if not self._keys:
            self._keys = tuple(map(OKPKey.import_key, self._secrets.public_keys))
        try:
            opened = self._opened(token)
            if opened.header.get("typ") != _TYPE:
                raise BadToken
            claims = _claims(opened.claims)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise BadToken from error
        if now >= claims.expires_at:
            raise BadToken
        return claims

    def _opened(self, token: str) -> jwt.Token:
        """Return what the key of today signed, else what the one before it did."""
        *others, last = self._keys
        for key in others:
            try:
                return jwt.decode(token, key, algorithms=[_ALGORITHM])
            except BadSignatureError:
                continue
        return jwt.decode(token, last, algorithms=[_ALGORITHM])


def cookie_name(origin: str) -> str:
    """Return the name of the session cookie.

    Browsers keep cookies by host, not by port, so that installations side by side on one
    machine need different names.
    """
    if origin.startswith("https://"):
        return "__Host-alongside"
    port = origin.rpartition(":")[2]
    return f"alongside-{port}" if port.isdigit() and port not in ("80", "8000") else "alongside"


def set_session_cookie(
    response: Response, origin: str, token: str, lifetime: timedelta = SESSION_LIFETIME
) -> None:
    """Give the browser its signed cookie."""
    response.set_cookie(
        cookie_name(origin),
        token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=origin.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, origin: str) -> None:
    """Take the signed cookie back."""
    response.delete_cookie(
        cookie_name(origin),
        path="/",
        secure=origin.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def _claims(said: dict[str, Any]) -> Claims:
    scopes = said.get("scp")
    return Claims(
        person_id=_text(said["sub"]),
        name=_text(said["name"]),
        roles=known_roles(said["roles"]),
        zone=_text(said["zone"]),
        session_id=_text(said["sid"]),
        issued_at=datetime.fromtimestamp(int(said["iat"]), UTC),
        expires_at=datetime.fromtimestamp(int(said["exp"]), UTC),
        scopes=None if scopes is None else frozenset(map(_text, scopes)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
