"""A client for each person: the public JSON routes, called in this process."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

import httpx2
from starlette.types import ASGIApp

from alongside.clock import Clock
from alongside.contracts import Role
from alongside.errors import AlongsideError
from alongside.secrets import Secrets
from alongside.web.tokens import sign_session

_HOMES = IPv4Address("198.18.0.1")
"""The first of the addresses people call from: each their own, as limits of rate expect it."""


class Refused(AlongsideError):
    """A service would not do what the story says."""

    code = "demo_refused"


class Clients:
    """Calls the services on behalf of people, each by a token of their own.

    The tokens are signed with the installation's key and registered nowhere, so that nobody finds
    sign-ins in their account that they never made.
    """

    def __init__(self, door: ASGIApp, origin: str, secrets: Secrets, clock: Clock) -> None:
        self._door = door
        self._origin = origin
        self._secrets = secrets
        self._clock = clock
        self._known: dict[str, tuple[httpx2.AsyncClient, Callable[[], str]]] = {}

    def add(self, key: str, *, person_id: str, name: str, zone: str, roles: Iterable[Role]) -> None:
        """Give somebody a client."""
        home = str(_HOMES + len(self._known))
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._door, client=(home, 49152)),
            base_url=self._origin,
        )
        signed_roles = tuple(roles)

        def token() -> str:
            return sign_session(
                self._secrets,
                person_id=person_id,
                name=name,
                roles=signed_roles,
                zone=zone,
                session_id=f"demo-{key}",
                now=self._clock.now(),
                lifetime=timedelta(minutes=15),
                scopes=("read", "write"),
            )

        self._known[key] = client, token

    async def call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """Call a route as somebody and return its JSON; raise what it refuses."""
        client, token = self._known[who]
        headers = {"authorization": f"Bearer {token()}"}
        response = await client.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise Refused(f"{who}: {method} {path}: {response.status_code} {response.text[:500]}")
        return response.json() if response.content else None

    async def close(self) -> None:
        """Put every client away."""
        for client, _ in self._known.values():
            await client.aclose()
