"""The host: runs services. One of them in a process of its own, or all in one process.

Starting: wait for the database, migrate (embedded mode), then the loops. A loop that fails logs,
waits and goes on; it never takes the pages down with it. Stopping: consumers first, then the
relay's round, then the engines, which outlive everything that uses them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from alongside import zones
from alongside.clock import Clock, SystemClock
from alongside.db import claim, migrate
from alongside.errors import AlongsideError, Unavailable
from alongside.ids import NewId, new_id
from alongside.messaging.envelope import Envelope
from alongside.messaging.local import LocalBus
from alongside.messaging.relay import Publisher, Relay
from alongside.messaging.subscription import Consumer
from alongside.observability import metrics
from alongside.observability.pulse import Pulse
from alongside.operations.figures import measure
from alongside.operations.watch import Watch
from alongside.secrets import refuse_lost_keys
from alongside.service import ServiceApp, Ticker
from alongside.settings import SERVICES, ServiceName, Settings
from alongside.stack.lock import IN_USE, Lock

if TYPE_CHECKING:
    from alongside.messaging.lag import Standing

log = structlog.get_logger(__name__)

ROLES = ("web", "worker", "relay", "ticker")
MEASURE = timedelta(seconds=15)
"""How often the figures are read that stand in the database."""


class Bus(Publisher, Protocol):
    """A bus that has a life of its own."""

    async def run(self) -> None:
        """Connect and stay connected until cancelled."""
        ...

    async def stop(self) -> None:
        """Finish what is in hand and disconnect."""
        ...

    @property
    def connected(self) -> bool:
        """Whether records can be carried now."""
        ...


class NotInstalled(AlongsideError):
    """That service is not installed here."""

    code = "not_installed"


def installed_services(
    names: Sequence[str] | None = None,
) -> dict[str, Callable[..., ServiceApp]]:
    """Return what makes each installed service, found by entry point: shared code imports none.

    Only the named ones are loaded, so that a service's process does not carry its siblings.
    """
    found = {point.name: point for point in entry_points(group="alongside.services")}
    wanted = [name for name in SERVICES if names is None or name in names]
    return {name: found[name].load() for name in wanted if name in found}


def create_services(
    settings: Settings,
    names: Sequence[str] | None = None,
    *,
    clock: Clock | None = None,
    make_id: NewId | None = None,
) -> dict[ServiceName, ServiceApp]:
    """Make the named services (default: all that are installed), unstarted."""
    zones.pin()
    makers = installed_services(names)
    missing = set(names or ()) - set(makers)
    if missing:
        raise NotInstalled(f"Not installed here: {', '.join(sorted(missing))}.")
    clock = clock or SystemClock(settings.clock_file)
    apps = [maker(settings, clock=clock, new_id=make_id or new_id) for maker in makers.values()]
    return {app.name: app for app in apps}


class Host:
    """Runs some services with one bus. `roles` says which loops this process takes part in."""

    def __init__(
        self,
        services: Mapping[ServiceName, ServiceApp],
        settings: Settings,
        *,
        roles: Sequence[str] = ROLES,
        bus: Publisher | None = None,
    ) -> None:
        self.services = services
        self.settings = settings
        self.roles = frozenset(roles)
        self.consumers = {
            app.name: [Consumer(each, app.database, app.uow) for each in app.subscriptions]
            for app in services.values()
        }
        self.bus = bus or self._make_bus()
        self.relays = {name: self._relay(app) for name, app in services.items()}
        self.clock: Clock = next(iter(services.values())).clock
        self._tasks: list[asyncio.Task[None]] = []
        self._scheduler: AsyncIOScheduler | None = None
        self._migrated: dict[str, bool] = {}
        self.loops: dict[str, Pulse] = {}
        """What this process does again and again, by name."""
        self._in_use = Lock(settings.data / IN_USE)
        for name, app in services.items():
            app.web.state.watch = Watch(
                app,
                self.consumers[name],
                loops=self.loops,
                ask_kafka=self._standing if settings.mode == "stack" else None,
            )

    def _make_bus(self) -> Publisher:
        if self.settings.mode == "embedded":
            return LocalBus(each for group in self.consumers.values() for each in group)
        if not self.roles & {"worker", "relay"}:
            return NoBus()
        if not self.settings.kafka_bootstrap:
            raise AlongsideError("Stack mode needs ALONGSIDE_KAFKA_BOOTSTRAP, such as kafka:9092.")
        # Heavy, and embedded needs none of it.
        from alongside.messaging.kafka import KafkaBus  # noqa: PLC0415
        from alongside.messaging.login import Login  # noqa: PLC0415

        listening = "worker" in self.roles
        return KafkaBus(
            self.settings.kafka_bootstrap,
            client=f"alongside-{'-'.join(self.services)}",
            consumers=[each for group in self.consumers.values() for each in group]
            if listening
            else (),
            login=Login.of(self.settings),
        )

    async def _standing(self, consumers: Collection[Consumer]) -> "Mapping[str, Standing]":
        from alongside.messaging.lag import standing  # noqa: PLC0415  # embedded has no Kafka
        from alongside.messaging.login import Login  # noqa: PLC0415

        groups = {f"alongside.{each.name}": each.subscription.topic for each in consumers}
        kafka = self.settings.kafka_bootstrap or ""
        known = await standing(kafka, Login.of(self.settings), groups)
        return {group.removeprefix("alongside."): each for group, each in known.items()}

    def _relay(self, app: ServiceApp) -> Relay:
        local = isinstance(self.bus, LocalBus)
        return Relay(
            app.name,
            app.database,
            self.bus,
            app.clock,
            worker=claim.this_worker(),
            bell=app.bell,
            # In process, what is published is a write transaction of each consumer: SQLite takes one
            # writer at a time, so larger batches, or more side by side, would only hold its lock.
            batch=20 if local else 1000,
            side_by_side=2 if local else 100,
            lease=timedelta(seconds=120),
        )

    async def prepare(self, *, longest: float = 60) -> None:
        """Wait for each database, and in embedded mode bring it up to date."""
        if self.settings.mode == "embedded":
            self._use_folder()
        for app in self.services.values():
            await app.database.wait_until_reachable(longest=longest)
            if self.settings.mode == "embedded":
                await migrate.upgrade(app.database, app.migrations)
            if await self._check_migrated(app):
                await self._take_over(app)

    def _use_folder(self) -> None:
        """Say that somebody works with the data folder, until `stop()`."""
        if self._in_use.descriptors:
            return
        self.settings.data.mkdir(parents=True, exist_ok=True)
        try:
            self._in_use.take(shared=True)
        except BlockingIOError:
            raise Unavailable(
                f"{self.settings.data.absolute()} is being moved elsewhere at this moment."
            ) from None

    async def _take_over(self, app: ServiceApp) -> None:
        """Free what a process that crashed here still held, instead of waiting for its leases."""
        async with app.database.write() as session:
            if freed := await claim.take_over_from_the_dead(
                session, app.database.plumbing.metadata
            ):
                log.info("took_over", service=app.name, rows=freed)
            await session.commit()

    async def _check_migrated(self, app: ServiceApp) -> bool:
        if not self._migrated.get(app.name):
            revision = await migrate.revision_of(app.database)
            self._migrated[app.name] = migrate.serves(app.migrations, revision)
        return self._migrated[app.name]

    async def ready(self) -> dict[str, str]:
        """Say what state this process is in; raise when it cannot serve.

        A database that is away or not migrated makes it unready. A bus that is away only degrades
        it: pages work, and what is said meanwhile waits in the outbox. A loop that stands still
        degrades a process that has pages as well; one that only has loops is not ready then.
        """
        for app in self.services.values():
            await app.database.ping()
            if not await self._check_migrated(app):
                raise NotMigrated(f"Run: alongside migrate {app.name}")
        checks = {"database": "ok"}
        if not isinstance(self.bus, NoBus):
            checks["bus"] = "ok" if getattr(self.bus, "connected", True) else "degraded"
        for loop in self.loops.values():
            if loop.stands_still():
                if "web" not in self.roles:
                    raise StandsStill(f"{loop.name} has not got through for {loop.patience:.0f} s.")
                checks[loop.name] = "degraded"
        return checks

    async def start(self) -> None:
        """Start the loops. `prepare()` comes before, or runs here in the background (stack)."""
        for app in self.services.values():
            app.web.state.ready = self.ready
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        bus_run = getattr(self.bus, "run", None)
        if bus_run is not None:
            self._spawn("bus", bus_run())
            self.loops |= getattr(self.bus, "pulses", {})
        for app in self.services.values():
            self._start_loops(app)
        self._scheduler.start()

    def _start_loops(self, app: ServiceApp) -> None:
        relay = self.relays[app.name]
        if self.settings.mode == "stack":
            from alongside.db.far_bell import FarBell  # noqa: PLC0415  # only PostgreSQL has it

            far = FarBell(app.database, app.bell, self.roles)
            if far.is_needed:
                self._spawn(f"far bell {app.name}", far.run())
        if "relay" in self.roles:
            self._spawn(f"relay {app.name}", relay.run())
            self.loops[relay.pulse.name] = relay.pulse
            if days := self.settings.keep_events_days:
                forget = partial(relay.forget, timedelta(days=days))
                self._tick(app, Ticker("forget outbox", timedelta(hours=6), forget))
        if "ticker" in self.roles:
            for ticker in app.tickers:
                self._tick(app, ticker)
        if self.roles & {"relay", "ticker"}:
            self._tick(app, Ticker("measure", MEASURE, partial(measure, app)))
            if self.settings.mode == "stack":
                # Where several processes share a machine, one that was killed is noticed by the rest.
                self._tick(
                    app, Ticker("take over", timedelta(seconds=10), partial(self._take_over, app))
                )

    def _tick(self, app: ServiceApp, ticker: Ticker) -> None:
        """Call a ticker on its interval, and right after a commit where it asks for that."""
        assert self._scheduler is not None  # noqa: S101  # made in start()
        gate = asyncio.Lock()
        pulse = Pulse(f"{app.name} {ticker.name}", 4 * ticker.every.total_seconds() + 60)
        self.loops[pulse.name] = pulse

        async def tick() -> object:
            async with gate:
                try:
                    done = await ticker.tick()
                except Exception as error:  # noqa: BLE001  # the next tick tries again
                    metrics.TICKER_FAILURES.labels(app.name, ticker.name).inc()
                    log.warning(
                        "tick_failed", service=app.name, ticker=ticker.name, error=repr(error)
                    )
                    return None
                finally:
                    pulse.beat()
                # Not before: a time of 1970 would mean that it has not been done since.
                metrics.TICKER_LAST_SUCCESS.labels(app.name, ticker.name).set_to_current_time()
                return done

        self._scheduler.add_job(tick, "interval", seconds=ticker.every.total_seconds())
        if ticker.on_commit:
            self._spawn(f"{app.name} {ticker.name}", self._tick_on_commit(app, tick))

    async def _tick_on_commit(self, app: ServiceApp, tick: Callable[[], Awaitable[object]]) -> None:
        ear = app.bell.ear()
        idle = False
        while True:
            idle = idle and ear.rang
            await ear.wait(60)
            if await tick():
                idle = False
            elif idle:
                # Its own empty rounds ring the bell; answering that would never end.
                ear.forget()
                idle = False
            else:
                # What rang meanwhile may be work that came too late for this round: look once more.
                idle = True

    def _spawn(self, name: str, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def drain(self) -> None:
        """Carry every event that is due, across services, until nothing moves (embedded mode)."""
        while sum([await relay.drain() for relay in self.relays.values()]):
            pass

    async def stop(self) -> None:
        """Stop the loops, let the work in hand end, and give the connections back."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        bus_stop = getattr(self.bus, "stop", None)
        if bus_stop is not None:
            with contextlib.suppress(Exception):
                await bus_stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for app in self.services.values():
            for stop in app.on_stop:
                await stop()
            await app.database.close()
        self._in_use.release()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Host"]:
        """Prepare, start, and stop at the end."""
        await self.prepare()
        await self.start()
        try:
            yield self
        finally:
            await self.stop()


class NoBus:
    """Of a process that neither says nor hears: it needs no connection to Kafka."""

    async def publish(self, envelope: Envelope) -> None:
        """Nobody publishes here."""
        raise NotImplementedError(envelope.type)


class StandsStill(AlongsideError):
    """A loop of this process does not get through."""

    code = "stands_still"
    status = 503


class NotMigrated(AlongsideError):
    """The database is not at the newest revision yet."""

    code = "not_migrated"
    status = 503


def has_data(settings: Settings) -> bool:
    """Tell whether an embedded installation has been at work in this folder."""
    files = (settings.data / f"{name}.db" for name in SERVICES)
    return settings.mode == "embedded" and any(each.exists() for each in files)


@asynccontextmanager
async def opened(settings: Settings, *, make_id: NewId | None = None) -> AsyncIterator[Host]:
    """Open the installation without its loops: for commands that work on the data folder.

    In embedded mode what a command said is carried to the other services before it ends,
    whether or not the program runs beside it; in stack mode the running relay does that.
    """
    refuse_lost_keys(settings.keys_folder, in_use=has_data(settings))
    host = Host(create_services(settings, make_id=make_id), settings, roles=())
    try:
        try:
            await host.prepare(longest=5)
        except (OSError, DBAPIError) as error:
            raise Unavailable(
                f"A database cannot be used: {getattr(error, 'orig', None) or error}\n"
                "alongside doctor says which, and what to do."
            ) from error
        yield host
        if settings.mode == "embedded":
            await host.drain()
    finally:
        await host.stop()
