"""What the web side of one service knows, made once by `create_web`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from fastapi import Request
from jinja2 import Environment
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Scope

from alongside.clock import Clock
from alongside.db.database import Database
from alongside.errors import AlongsideError
from alongside.secrets import Secrets
from alongside.settings import ServiceName, Settings
from alongside.web.ended import EndedSessions
from alongside.web.tokens import TokenReader

if TYPE_CHECKING:
    from alongside.web.guards import BodyLimit
    from alongside.web.statics import Statics

Guard = Callable[[Scope], AlongsideError | None]
"""Looks at a request before anything is done for it, and says why it must not pass."""


class FastPath(NamedTuple):
    """What answers without guards, sessions and routing."""

    route: str
    """Its name in the figures, without anything secret."""
    application: ASGIApp
    is_page: bool = True
    """Whether a browser may show it, so that it gets the rules for pages."""


@dataclass(slots=True)
class Web:
    """One service's web side. `app.state.web` holds it."""

    settings: Settings
    service: ServiceName
    clock: Clock
    secrets: Secrets
    database: Database
    tokens: TokenReader
    ended: EndedSessions
    templates: Environment
    statics: "Statics"
    registry: CollectorRegistry
    body_limit: "BodyLimit"
    guards: tuple[Guard, ...] = ()
    fast: dict[str, "FastPath"] = field(default_factory=dict)
    """By first folder of the path."""

    @property
    def origin(self) -> str:
        """The origin under which people reach the pages."""
        return self.settings.origin

    @property
    def is_secure(self) -> bool:
        """Whether people come by https."""
        return self.settings.origin.startswith("https://")


def web_of(request: Request) -> Web:
    """Return the web side that serves this request."""
    return cast("Web", request.app.state.web)


Ready = Callable[[], Awaitable[dict[str, str]]]
"""Says part by part what state a process is in; raises when it cannot serve."""
