"""What a service is to whoever runs it: pages, consumers, clocks, a database."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from fastapi import FastAPI

from alongside.clock import Clock
from alongside.db.database import Database
from alongside.db.uow import Bell
from alongside.ids import NewId
from alongside.messaging.subscription import Subscription
from alongside.observability.figure import Figure
from alongside.operations.finding import Finding
from alongside.secrets import Secrets
from alongside.settings import ServiceName, Settings


@dataclass(frozen=True, slots=True)
class Ticker:
    """Something to be done again and again. `tick` takes what is due, and returns how much it did.

    With a `bell`, it is also done as soon as something was committed.
    """

    name: str
    every: timedelta
    tick: Callable[[], Awaitable[object]]
    on_commit: bool = False


@dataclass(frozen=True, slots=True)
class Founder:
    """The first coordinator and their association, as asked on the first start."""

    name: str
    email: str
    zone: str
    association: str


class Welcome(Protocol):
    """How an installation greets whoever starts it. The service that knows people offers it."""

    async def is_new(self) -> bool:
        """Tell whether nobody has been registered yet."""
        ...

    async def found(self, founder: Founder) -> None:
        """Register the association and its first coordinator; refuses when there is one."""
        ...

    async def link(self) -> str:
        """Return a fresh sign-in link for the first coordinator, or a one-time set-up link."""
        ...


@dataclass(frozen=True, slots=True)
class Undone:
    """Something that was given up, as an operator is shown it: without whom it was for."""

    number: int
    what: str
    why: str
    since: datetime


class GivenUp(Protocol):
    """What a service gave up, and can try once more."""

    title: str
    """Of the list."""

    async def listed(self) -> Sequence[Undone]:
        """Return what was given up lately, the newest first."""
        ...

    async def again(self, number: int, uow: Any) -> None:
        """Have one tried once more, in this service's unit of work; raise `NotFound` if it was not given up."""
        ...


@dataclass(slots=True)
class ServiceApp:
    """One service, made by its `create_app(settings)` and not yet started."""

    name: ServiceName
    web: FastAPI
    prefixes: tuple[str, ...]
    """Paths this service owns; the front door sends each request to the longest that fits."""
    settings: Settings
    clock: Clock
    new_id: NewId
    secrets: Secrets
    database: Database
    uow: Callable[[], AbstractAsyncContextManager[Any]]
    bell: Bell
    """Rung after each commit of this service's units of work."""
    migrations: str
    subscriptions: tuple[Subscription, ...] = ()
    tickers: tuple[Ticker, ...] = ()
    on_stop: tuple[Callable[[], Awaitable[None]], ...] = field(default=())
    welcome: Welcome | None = None
    proof: Callable[[], Awaitable[Sequence[str]]] | None = None
    """Checks what only this service can check of its own record; returns what is wrong with it."""
    figures: Callable[[], Awaitable[Sequence[Figure]]] | None = None
    """What its operator watches besides what every service has."""
    examine: Callable[[], Awaitable[Sequence[Finding]]] | None = None
    """Looks, for the doctor, at what only this service uses; changes nothing."""
    undone: GivenUp | None = None
    """What it gave up, for an operator to have tried once more."""
