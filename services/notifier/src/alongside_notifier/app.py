"""The notifier, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from alongside.clock import Clock, SystemClock
from alongside.contracts import known_roles
from alongside.db import Database
from alongside.db.claim import this_worker
from alongside.db.uow import Bell, uow_factory
from alongside.ids import NewId, new_id
from alongside.observability.figure import Figure
from alongside.operations.finding import Finding
from alongside.operations.http import router_of
from alongside.secrets import Secrets
from alongside.service import ServiceApp, Ticker
from alongside.settings import Settings
from alongside.web.app import add_fast_path, add_routes, create_web
from alongside.web.auth import PersonFacts
from alongside_notifier import channel_figures, consumers
from alongside_notifier.channels import AppriseGateway
from alongside_notifier.delivery import post_of
from alongside_notifier.desk import Desk
from alongside_notifier.examining import examine, feed_key
from alongside_notifier.figures import figures
from alongside_notifier.given_up import GivenUpMails
from alongside_notifier.handlers.clocks import draw_anew
from alongside_notifier.handlers.digest import send_digests
from alongside_notifier.handlers.housekeeping import refresh_stale, sweep
from alongside_notifier.handlers.remind import send_reminders
from alongside_notifier.handlers.send import send_mail
from alongside_notifier.handlers.send_short import send_short
from alongside_notifier.handlers.short_notice import remind_unseen
from alongside_notifier.handlers.tell import OpenUow, tell_due
from alongside_notifier.handlers.vouching import tell_unreached
from alongside_notifier.http import routers
from alongside_notifier.http.feed_door import FeedDoor
from alongside_notifier.mailbox import Mailbox, read_mailbox
from alongside_notifier.store.people import People
from alongside_notifier.store.tables import PLUMBING
from alongside_notifier.store.uow import NotifierUow

PREFIXES = (
    "/feeds",
    "/calendar",
    "/messages",
    "/preferences",
    "/answer",
    "/operations/notifier",
    "/api/notifier",
)


def create_app(
    settings: Settings, *, clock: Clock | None = None, new_id: NewId = new_id
) -> ServiceApp:
    """Make the notifier for these settings. Nothing is opened or started yet."""
    clock = clock or SystemClock(settings.clock_file)
    secrets = Secrets.of(settings)
    database = Database(settings.database_url("notifier"), PLUMBING, pool=settings.database_pool)
    bell = Bell()
    desk = Desk.of(settings, secrets)
    door = FeedDoor(database, clock, settings.origin)
    opened = uow_factory(NotifierUow, database, clock, new_id, bell)

    @asynccontextmanager
    async def uow() -> AsyncIterator[NotifierUow]:
        async with opened() as unit:
            unit.on_commit(door.forget)
            yield unit

    async def person_gate(person_id: str) -> PersonFacts | None:
        async with database.read() as session:
            person = await People(session).get(person_id)
        if person is None:
            return None
        return PersonFacts(
            person.name, known_roles(person.roles), person.zone, left=person.left_at is not None
        )

    async def figured() -> tuple[Figure, ...]:
        own = await figures(database, clock)
        return (*own, *await channel_figures.figures(database, clock, desk.channels))

    async def examined() -> tuple[Finding, ...]:
        mail = await examine(settings)
        keys = await feed_key(database, desk)
        return (*keys, *mail, *await channel_figures.examine(database, clock, desk.channels))

    web = create_web(
        settings,
        "notifier",
        templates="alongside_notifier.http",
        clock=clock,
        secrets=secrets,
        database=database,
    )
    web.state.uow = uow
    web.state.desk = desk
    web.state.mail_folder = settings.mail_folder if settings.smtp_url is None else None
    web.state.person_gate = person_gate
    add_fast_path(web, "feeds", "/feeds/{token}.ics", door)
    add_routes(web, *routers(), router_of("notifier"))
    worker = this_worker()
    post = post_of(settings)
    return ServiceApp(
        name="notifier",
        web=web,
        prefixes=PREFIXES,
        settings=settings,
        clock=clock,
        new_id=new_id,
        secrets=secrets,
        database=database,
        uow=uow,
        bell=bell,
        migrations="alongside_notifier.migrations",
        figures=figured,
        undone=GivenUpMails(uow),
        examine=examined,
        on_stop=(post.close,),
        subscriptions=consumers.subscriptions(desk),
        tickers=(
            Ticker("tell", timedelta(seconds=1), partial(tell_due, uow, desk), on_commit=True),
            Ticker(
                "send", timedelta(seconds=1), partial(send_mail, uow, post, worker), on_commit=True
            ),
            Ticker("remind", timedelta(seconds=5), partial(send_reminders, uow, desk)),
            Ticker("unseen", timedelta(seconds=30), partial(remind_unseen, uow, desk)),
            Ticker("digests", timedelta(minutes=5), partial(send_digests, uow, desk)),
            Ticker("fetches", timedelta(seconds=15), partial(door.keep_fetches, uow)),
            Ticker("stale feeds", timedelta(minutes=10), partial(refresh_stale, uow, desk)),
            Ticker("clocks", timedelta(seconds=30), partial(draw_anew, uow, desk)),
            Ticker("unreached", timedelta(seconds=30), partial(tell_unreached, uow, desk)),
            Ticker("sweep", timedelta(hours=1), partial(sweep, uow)),
            *_mailbox(settings, uow, desk),
            *_channels(uow, desk, worker),
        ),
    )


def _mailbox(settings: Settings, uow: OpenUow, desk: Desk) -> tuple[Ticker, ...]:
    if settings.imap_url is None:
        return ()
    mailbox = Mailbox(settings.imap_url.get_secret_value())
    return (Ticker("mailbox", timedelta(minutes=1), partial(read_mailbox, uow, desk, mailbox)),)


def _channels(uow: OpenUow, desk: Desk, worker: str) -> tuple[Ticker, ...]:
    if not desk.channels:
        return ()
    send = partial(send_short, uow, desk, AppriseGateway(), worker)
    return (Ticker("channels", timedelta(seconds=1), send, on_commit=True),)
