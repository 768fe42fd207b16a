"""The scheduler, put together."""

from datetime import timedelta

from starlette.datastructures import State

from alongside.clock import Clock, SystemClock
from alongside.db import Database
from alongside.db.uow import Bell, uow_factory
from alongside.ids import NewId, new_id
from alongside.operations.http import router_of
from alongside.secrets import Secrets
from alongside.service import ServiceApp, Ticker
from alongside.settings import Settings
from alongside.web.app import add_routes, create_web
from alongside.web.auth import PersonFacts
from alongside_scheduler import consumers
from alongside_scheduler.calendars.fetching import Fetcher
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.calendars.refreshing import Refresher
from alongside_scheduler.clock_keeper import ClockKeeper
from alongside_scheduler.domain.addresses import AllowedHosts
from alongside_scheduler.housekeeping import Housekeeping
from alongside_scheduler.http.api import routers as json_routers
from alongside_scheduler.http.doors import Doors
from alongside_scheduler.http.my_data import router as my_data
from alongside_scheduler.http.pages import routers as page_routers
from alongside_scheduler.seat_keeper import SeatKeeper
from alongside_scheduler.store.tables import PLUMBING
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.welcome import FirstCoordinator

PREFIXES = ("/", "/api/scheduler")


class _Gate:
    """Tells what is known of a person now; learns the association's name on the way."""

    def __init__(self, doors: Doors, state: State) -> None:
        self._doors = doors
        self._state = state

    async def __call__(self, person_id: str) -> PersonFacts | None:
        if getattr(self._state, "association", None) is None:
            async with self._doors.reading(None) as uow:
                association = await uow.association.get()
            self._state.association = association.name if association else None
        return await self._doors.person_gate(person_id)


def create_app(
    settings: Settings, *, clock: Clock | None = None, new_id: NewId = new_id
) -> ServiceApp:
    """Make the scheduler for these settings. Nothing is opened or started yet."""
    clock = clock or SystemClock(settings.clock_file)
    secrets = Secrets.of(settings)
    database = Database(settings.database_url("scheduler"), PLUMBING, pool=settings.database_pool)
    bell = Bell()
    uow = uow_factory(SchedulerUow, database, clock, new_id, bell)
    web = create_web(
        settings,
        "scheduler",
        templates="alongside_scheduler.http",
        clock=clock,
        secrets=secrets,
        database=database,
    )
    doors = Doors(
        settings=settings,
        secrets=secrets,
        clock=clock,
        new_id=new_id,
        database=database,
        uow=uow,
    )
    web.state.uow = uow
    web.state.doors = doors
    web.state.person_gate = _Gate(doors, web.state)
    add_routes(web, *json_routers(), my_data, *page_routers(), router_of("scheduler"))
    housekeeping = Housekeeping(uow)
    allowed = AllowedHosts(settings.calendar_hosts)
    busy = Refresher(
        uow=uow,
        database=database,
        clock=clock,
        keeper=AddressKeeper(secrets, allowed),
        fetcher=Fetcher(allowed),
    )
    return ServiceApp(
        name="scheduler",
        web=web,
        prefixes=PREFIXES,
        settings=settings,
        clock=clock,
        new_id=new_id,
        secrets=secrets,
        database=database,
        uow=uow,
        bell=bell,
        migrations="alongside_scheduler.migrations",
        subscriptions=consumers.subscriptions(),
        tickers=(
            Ticker("housekeeping", timedelta(hours=1), housekeeping.tick),
            Ticker("seats", timedelta(seconds=15), SeatKeeper(uow).tick),
            Ticker("clocks", timedelta(seconds=30), ClockKeeper(uow).tick),
            Ticker("busy calendars", timedelta(seconds=3), busy.tick),
        ),
        welcome=FirstCoordinator(doors),
    )
