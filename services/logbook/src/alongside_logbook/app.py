"""The logbook, put together."""

from collections.abc import Sequence
from datetime import timedelta

from alongside.clock import Clock, SystemClock
from alongside.db import Database
from alongside.db.uow import Bell, uow_factory
from alongside.ids import NewId, new_id
from alongside.operations.http import router_of
from alongside.secrets import Secrets
from alongside.service import ServiceApp, Ticker
from alongside.settings import Settings
from alongside.web.app import add_routes, create_web
from alongside_logbook import consumers
from alongside_logbook.documents.pdf import Press
from alongside_logbook.handlers.importing import Importer
from alongside_logbook.handlers.verification import verify
from alongside_logbook.housekeeping import Housekeeping
from alongside_logbook.http import (
    api,
    attendance_api,
    board_api,
    documents_api,
    goals_api,
    imports_api,
    outside_api,
    pages,
    trainings_api,
    visits_api,
)
from alongside_logbook.http.doors import Doors, Gate
from alongside_logbook.http.pages import check
from alongside_logbook.rulebook import OWN_RULES, load_with_own
from alongside_logbook.store.tables import PLUMBING
from alongside_logbook.store.uow import with_rules

PREFIXES = (
    "/hours",
    "/attendance",
    "/progress",
    "/cohort",
    "/rules",
    "/trainings",
    "/imports",
    "/documents",
    "/check",
    "/vouch",
    "/my-data",
    "/operations/logbook",
    "/api/logbook",
)


def create_app(
    settings: Settings, *, clock: Clock | None = None, new_id: NewId = new_id
) -> ServiceApp:
    """Make the logbook for these settings. Nothing is opened or started yet."""
    clock = clock or SystemClock(settings.clock_file)
    secrets = Secrets.of(settings)
    database = Database(settings.database_url("logbook"), PLUMBING, pool=settings.database_pool)
    bell = Bell()
    kind = with_rules(load_with_own(settings.data / OWN_RULES), secrets)
    uow = uow_factory(kind, database, clock, new_id, bell)
    web = create_web(
        settings,
        "logbook",
        templates="alongside_logbook.http",
        clock=clock,
        secrets=secrets,
        database=database,
        body_limits={**trainings_api.UPLOADS, **check.UPLOADS, **imports_api.UPLOADS},
    )
    doors = Doors(clock=clock, new_id=new_id, database=database, kind=kind, uow=uow)
    web.state.uow = uow
    web.state.doors = doors
    web.state.press = Press()
    web.state.person_gate = Gate(doors, web.state)
    add_routes(
        web,
        api.router,
        attendance_api.router,
        board_api.router,
        visits_api.router,
        documents_api.router,
        imports_api.router,
        goals_api.router,
        outside_api.router,
        trainings_api.router,
        *pages.routers(),
        router_of("logbook"),
    )
    housekeeping, importer = Housekeeping(uow), Importer(uow)

    async def proof() -> Sequence[str]:
        async with uow() as unit:
            return (await verify(unit)).problems

    return ServiceApp(
        name="logbook",
        web=web,
        prefixes=PREFIXES,
        settings=settings,
        clock=clock,
        new_id=new_id,
        secrets=secrets,
        database=database,
        uow=uow,
        bell=bell,
        migrations="alongside_logbook.migrations",
        subscriptions=consumers.subscriptions(),
        tickers=(
            Ticker("progress", timedelta(minutes=5), housekeeping.refresh_progress),
            Ticker("endings", timedelta(hours=6), housekeeping.note_endings),
            Ticker("nudges", timedelta(hours=1), housekeeping.nudge),
            Ticker("leaving", timedelta(hours=1), housekeeping.follow_leaving),
            Ticker("imports", timedelta(seconds=2), importer.tick),
            Ticker("sweep", timedelta(hours=1), housekeeping.sweep),
        ),
        on_stop=(importer.stop,),
        proof=proof,
    )
