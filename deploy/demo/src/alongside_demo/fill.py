"""Filling a data folder: the story is lived in a folder of its own and then moved into place.

So a fill that is interrupted leaves nothing half-told, and the out-tray of the past goes the way
of all old mail: the queue handed each letter over, and knows it, but hundreds of files about
meetings long held are not what anybody wants to find in `mail/`.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from alongside import service
from alongside.errors import AlongsideError, Conflict
from alongside.front import FrontDoor
from alongside.host import Host, create_services
from alongside.ids import SeededIds
from alongside.messaging.dead_letters import parked
from alongside.settings import ServiceName, Settings
from alongside.testing.clock import FixedClock
from alongside_demo.bus import Carrier, PatientBus
from alongside_demo.client import Clients
from alongside_demo.life import Life
from alongside_demo.people import COORDINATOR
from alongside_demo.player import SCHEDULER, Player, Progress, in_moments
from alongside_demo.sending import Send
from alongside_demo.steps import (
    Cancel,
    Endorse,
    Join,
    Leave,
    MakeGroup,
    Move,
    Plan,
    Register,
    Remove,
    Step,
)
from alongside_demo.swift import swift_sqlite

_FILLING = ".demo-filling"
_MARKER = "demo.json"
_DATABASES = ("logbook.db", "notifier.db", "scheduler.db")

_APART = timedelta(minutes=20)
"""Steps this close together are carried to the other services together."""

_PLANNER: Sequence[ServiceName] = ("scheduler",)
_PLANNING = (Register, Endorse, Remove, MakeGroup, Join, Leave, Plan, Move, Cancel)
"""Steps of which the other services must hear before the story can go on."""

_LATELY = timedelta(days=14)
"""From when on everything is carried as it happens.

Until then only planning is: of hours and answers the others keep the newest state alone, and hear
it all at the beginning of this last fortnight. By then it is a history to them, and they mail
nobody about what lies so far back.
"""

_KEPT_MAIL = timedelta(days=10)
"""How much of the out-tray is still lying there."""


class OtherAssociation(Conflict):
    """This data folder holds an association already; the demo does not touch it."""

    code = "other_association"


class NotHere(AlongsideError):
    """The demo fills the SQLite files of an embedded installation and nothing else."""

    code = "demo_not_here"


class Marker(BaseModel):
    """What a folder says that holds the demo."""

    seed: int
    date: date
    association: str


def held(settings: Settings) -> Marker | None:
    """Return which demo a data folder holds, if it holds one."""
    if not (settings.data / _DATABASES[-1]).exists():
        return None
    try:
        return Marker.model_validate_json((settings.data / _MARKER).read_text())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise OtherAssociation(f"{settings.data / _MARKER} cannot be read: {error}") from error


async def check_free(settings: Settings) -> None:
    """Refuse a folder that belongs to a real association, and a set-up that has no such folder."""
    if settings.mode != "embedded" or any(
        getattr(settings, f"{name}_database_url") for name in ("scheduler", "logbook", "notifier")
    ):
        raise NotHere(
            "The demo fills the SQLite files of the embedded mode. Unset ALONGSIDE_MODE and "
            "ALONGSIDE_…_DATABASE_URL, or use `alongside up`."
        )
    if not (settings.data / _DATABASES[-1]).exists():
        return
    host = Host(create_services(settings), settings, roles=())
    try:
        await host.prepare(longest=5)
        is_new = await _welcome(host).is_new()
    finally:
        await host.stop()
    if not is_new:
        raise OtherAssociation(
            f"The folder {settings.data.absolute()} holds another association, and the demo leaves "
            "it alone. Give it a folder of its own: ALONGSIDE_DATA=data-demo alongside demo"
        )


async def fill(life: Life, settings: Settings, progress: Progress) -> None:
    """Fill the data folder with a life. It is there whole in the end, or not at all."""
    folder = settings.data / _FILLING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # No mail server hears of an invented past, whatever is configured for the time after it.
    filling = settings.model_copy(
        update={"data": folder, "keys": settings.keys_folder, "smtp_url": None}
    )
    try:
        with swift_sqlite():
            await _live(life, filling, progress)
        _move(folder, settings, life)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _live(life: Life, settings: Settings, progress: Progress) -> None:
    clock = FixedClock(life.began)
    bus = PatientBus()
    async with _opened(settings, life.seed, clock, bus) as host:
        carrier = Carrier(host, bus)
        clients = Clients(
            FrontDoor(host.services.values()),
            settings.origin,
            host.services["scheduler"].secrets,
            clock,
        )
        player = Player(life, clients)
        try:
            await _found(life, host, player)
            await carrier.carry()
            await _play(life, host, carrier, clock, player, progress)
        finally:
            await clients.close()


@asynccontextmanager
async def _opened(
    settings: Settings, seed: int, clock: FixedClock, bus: PatientBus
) -> AsyncIterator[Host]:
    services = create_services(settings, clock=clock, make_id=SeededIds(seed))
    host = Host(services, settings, roles=(), bus=bus)
    try:
        await host.prepare(longest=5)
        yield host
    finally:
        await host.stop()


async def _found(life: Life, host: Host, player: Player) -> None:
    """Set the association up as the first start does, and sign its coordinator in to learn who it is."""
    welcome = _welcome(host)
    founder = life.founder
    await welcome.found(
        service.Founder(
            name=founder.name,
            email=founder.email,
            zone=founder.zone,
            association=founder.association,
        )
    )
    link = urlsplit(await welcome.link())
    door = httpx2.ASGITransport(app=FrontDoor(host.services.values()))
    async with httpx2.AsyncClient(transport=door, base_url=host.settings.origin) as browser:
        signed_in = await browser.post(link.path)
        if signed_in.status_code != HTTPStatus.SEE_OTHER:
            raise AlongsideError(f"The coordinator cannot sign in: {signed_in.status_code}.")
        me = (await browser.get(f"{SCHEDULER}/me")).json()
    player.meet(life.people[COORDINATOR], me["person_id"])


async def _play(
    life: Life, host: Host, carrier: Carrier, clock: FixedClock, player: Player, progress: Progress
) -> None:
    bunches = list(in_moments(life.steps, apart=_APART))
    nexts = [moment for moment, _ in bunches[1:]] + [life.end]
    lately, done = life.end - _LATELY, 0
    for (moment, steps), following in zip(bunches, nexts, strict=True):
        for step in steps:
            clock.set(step.at)
            await player.play(step)
        if moment >= lately or any(map(_is_planning, steps)):
            await carrier.carry(None if moment >= lately else _PLANNER)
            # Once the pause is over in which changes are gathered, everybody is told.
            pause = timedelta(seconds=host.settings.coalesce_seconds + 1)
            clock.set(min(clock.now() + pause, following))
            await _tick(host, ("tell", "send"))
        done += len(steps)
        progress(done)
    clock.set(life.end)
    # The reminders of the past find that their meetings have begun, and stay silent.
    await carrier.carry()
    await _tick(host, ("progress", "remind", "stale feeds"))
    await carrier.carry()
    await _tick(host, ("tell", "send", "sweep", "housekeeping"))
    await carrier.carry()
    await _check(host)


def _is_planning(step: Step) -> bool:
    return isinstance(step, _PLANNING) or (isinstance(step, Send) and step.service == "scheduler")


async def _check(host: Host) -> None:
    """Refuse a past of which anything was not understood."""
    for name, app in host.services.items():
        if letters := await parked(app.database):
            raise AlongsideError(f"{name} could not take {letters[0].error}.")


async def _tick(host: Host, names: Sequence[str]) -> None:
    for name in names:
        for app in host.services.values():
            for ticker in app.tickers:
                if ticker.name == name:
                    await ticker.tick()


def _move(folder: Path, settings: Settings, life: Life) -> None:
    """Put what was filled where it belongs; only with the last file is the folder the demo's."""
    marker = Marker(seed=life.seed, date=life.today, association=life.founder.association)
    (folder / _MARKER).write_text(marker.model_dump_json(indent=2) + "\n")
    _keep_newest_mail(folder / "mail", settings.mail_folder, life.end - _KEPT_MAIL)
    for name in (_MARKER, *_DATABASES):
        for beside in (f"{name}-wal", f"{name}-shm"):
            (settings.data / beside).unlink(missing_ok=True)
        (folder / name).replace(settings.data / name)


def _keep_newest_mail(written: Path, tray: Path, since: datetime) -> None:
    """Leave what was sent last in the out-tray; file names begin with the moment."""
    tray.mkdir(parents=True, exist_ok=True)
    for file in sorted(written.glob("*.eml")):
        if file.name >= f"{since:%Y%m%dT%H%M%S}":
            file.replace(tray / file.name)


def _welcome(host: Host) -> service.Welcome:
    return next(app.welcome for app in host.services.values() if app.welcome is not None)
