"""A small association's whole life, lived through the JSON routes: something of every kind of event."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from alongside.contracts import Role
from alongside.front import FrontDoor
from alongside.host import Host, create_services
from alongside.ids import SeededIds
from alongside.service import Founder
from alongside.settings import Settings
from alongside.testing import FixedClock
from alongside.web.tokens import sign_session
from alongside_demo.client import Clients
from alongside_demo.swift import swift_sqlite

SCHEDULER, LOGBOOK, NOTIFIER = (f"/api/{each}/v1" for each in ("scheduler", "logbook", "notifier"))
BEGAN = datetime(2026, 3, 2, 15, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8000"


class Life:
    """An installation in this process, and its people."""

    def __init__(self, host: Host, clock: FixedClock) -> None:
        self.host = host
        self.clock = clock
        self.door = FrontDoor(host.services.values())
        self.clients = Clients(self.door, ORIGIN, host.services["scheduler"].secrets, clock)
        self.ids: dict[str, str] = {}
        self.lines: list[str] = []

    async def do(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """Call a route as somebody, and have what is said by it carried."""
        answer = await self.clients.call(who, method, path, body)
        await self.host.drain()
        return answer

    async def register(self, key: str, *, role: str = "supervisee", **facts: Any) -> str:
        said = {"name": f"{key.title()} Sample", "email": f"{key}@circle.example", **facts}
        made = await self.do("cora", "POST", f"{SCHEDULER}/people", {**said, "roles": [role]})
        self.know(key, made["person_id"], role)
        return self.ids[key]

    def know(self, key: str, person_id: str, role: str) -> None:
        self.ids[key] = person_id
        facts = {"name": f"{key.title()} Sample", "zone": "America/Chicago"}
        self.clients.add(key, person_id=person_id, roles=(role,), **facts)

    def token(self, key: str, role: Role) -> str:
        """Return what somebody's browser keeps once they have signed in."""
        return sign_session(
            self.host.services["scheduler"].secrets,
            person_id=self.ids[key], name=key, roles=(role,), zone="America/Chicago",
            session_id=key, now=self.clock.now(), lifetime=timedelta(hours=1),
        )  # fmt: skip

    async def tick(self, *names: str) -> None:
        """Have clocks strike: those named, or all of them."""
        for app in self.host.services.values():
            for ticker in app.tickers:
                if ticker.name in names or not names:
                    await ticker.tick()
        await self.host.drain()

    async def pass_by(self, **time: float) -> None:
        """Let time pass, and have everybody told what is due."""
        self.clock.advance(timedelta(**time))
        await self.tick("tell", "send")

    def mailed(self, address: str) -> str:
        """Return what was mailed to somebody, all in one text."""
        read = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted(self.host.settings.mail_folder.glob("*.eml"))
        ]
        return "\n".join(
            part.get_content()
            for mail in read
            if address in str(mail["To"]) and (part := mail.get_body(("plain",)))
        )

    def browser(self) -> httpx2.AsyncClient:
        door = httpx2.ASGITransport(app=self.door)
        return httpx2.AsyncClient(transport=door, base_url=ORIGIN, headers={"origin": ORIGIN})


@asynccontextmanager
async def opened(
    settings: Settings, clock: FixedClock, make_id: Callable[[], str] | None = None
) -> AsyncIterator[Life]:
    """Open an installation without its loops."""
    services = create_services(settings, clock=clock, make_id=make_id)
    life = Life(Host(services, settings, roles=()), clock)
    try:
        await life.host.prepare()
        yield life
    finally:
        await life.clients.close()
        await life.host.stop()


@asynccontextmanager
async def lived(
    folder: Path, *, seed: int = 7, listen: Callable[[Host], list[str]] | None = None
) -> AsyncIterator[Life]:
    """Found an association in a folder, and live its half year; `life.lines` is what was heard."""
    settings = Settings(data=folder, base_url=ORIGIN)
    with swift_sqlite():
        async with opened(settings, FixedClock(BEGAN), SeededIds(seed)) as life:
            life.lines = listen(life.host) if listen else []
            for part in (_people, _circle, _hours, _elsewhere, _visits, _endings):
                await part(life)
            yield life


async def _people(life: Life) -> None:
    welcome = life.host.services["scheduler"].welcome
    assert welcome is not None
    founder = Founder("Cora Sample", "cora@circle.example", "America/Chicago", "Sample Circle")
    await welcome.found(founder)
    async with life.browser() as browser:
        await browser.post(urlsplit(await welcome.link()).path)
        me = (await browser.get(f"{SCHEDULER}/me")).json()
        life.know("cora", me["person_id"], "coordinator")
        await browser.post("/sign-out")
    await life.register("pru", role="supervisor")
    await life.register("quin", role="supervisor")
    for key in ("bo", "mia", "sam", "tess"):
        await life.register(key, pursuing="IFS", pursuing_since="2025-06-01")
    held = {"kind": "ERS", "valid_from": "2024-01-01"}
    await life.do("cora", "POST", f"{SCHEDULER}/people/{life.ids['pru']}/credentials", held)
    changed = {"name": "Sam Sample-Vale"}
    await life.do("cora", "PATCH", f"{SCHEDULER}/people/{life.ids['sam']}", changed)
    asked = {"email": "bo@circle.example"}
    async with life.browser() as browser:
        await browser.post(f"{SCHEDULER}/sign-in-links", json=asked)


async def _circle(life: Life) -> None:
    group = await life.do(
        "pru", "POST", f"{SCHEDULER}/groups",
        {"name": "Maple circle", "seat_limit": 3, "link": "https://meet.example/maple"},
    )  # fmt: skip
    life.ids["group"] = group["group_id"]
    base = f"{SCHEDULER}/groups/{group['group_id']}"
    for key in ("bo", "mia", "sam"):
        await life.do("pru", "POST", f"{base}/roster", {"person_id": life.ids[key]})
    plan = {
        "frequency": "weekly", "starts_on": "2026-03-04", "start_time": "09:00",
        "duration_minutes": 90, "count": 8,
    }  # fmt: skip
    made = await life.do("pru", "POST", f"{base}/series", plan)
    life.ids["series"] = series = made["series_id"]
    await life.pass_by(minutes=5)
    for key, answer in (("bo", "accepted"), ("mia", "tentative"), ("sam", "declined")):
        said = {"answer": answer, "occurrence_key": None}
        await life.do(key, "PUT", f"{NOTIFIER}/answers/{series}", said)
    one = {"answer": "declined", "occurrence_key": "20260318T0900"}
    await life.do("bo", "PUT", f"{NOTIFIER}/answers/{series}", one)
    sessions = f"{SCHEDULER}/series/{series}/sessions"
    moved = {"on": "2026-03-12", "start_time": "10:00"}
    await life.do("pru", "POST", f"{sessions}/20260311T0900/move", moved)
    await life.do("pru", "POST", f"{sessions}/20260422T0900/cancel")
    later = {
        "step": "move_later",
        "key": "20260408T0900",
        "on": "2026-04-08",
        "start_time": "11:00",
    }
    await life.do("pru", "POST", f"{SCHEDULER}/series/{series}/changes", later)
    await life.do("pru", "POST", f"{base}/waitlist", {"person_id": life.ids["tess"]})
    gone = f"{base}/roster/{life.ids['sam']}?last_day=2026-03-25"
    await life.do("pru", "DELETE", gone)
    await life.pass_by(minutes=5)


async def _hours(life: Life) -> None:
    await life.pass_by(days=17)
    series, bo, mia = life.ids["series"], life.ids["bo"], life.ids["mia"]
    late = {"person_id": mia, "presence": "late", "minutes": 60}
    for key, exceptions in (("20260304T0900", []), ("20260311T0900", [late])):
        said = {"exceptions": exceptions}
        await life.do("pru", "PUT", f"{LOGBOOK}/attendance/{series}/{key}", said)
    await life.do("bo", "POST", f"{LOGBOOK}/entries/confirm", {})
    entries = (await life.do("mia", "GET", f"{LOGBOOK}/entries?person={mia}"))["entries"]
    held = {each["held_on"]: each["entry_id"] for each in entries}
    first, second = (held[day] for day in ("2026-03-04", "2026-03-12"))
    wrong = {"reason": "wrong_minutes"}
    await life.do("mia", "POST", f"{LOGBOOK}/entries/{second}/return", wrong)
    await life.do("mia", "POST", f"{LOGBOOK}/entries/{first}/confirm")
    fixed = {"exceptions": [{**late, "minutes": 75}], "reason_code": "minutes_wrong"}
    await life.do("pru", "PUT", f"{LOGBOOK}/attendance/{series}/20260311T0900", fixed)
    said = {"series_id": series, "key": "20260318T0900", "minutes": 90}
    life.ids["entry"] = (await life.do("bo", "GET", f"{LOGBOOK}/entries?person={bo}"))["entries"][
        0
    ]["entry_id"]
    await life.do("mia", "POST", f"{LOGBOOK}/attended", said)


async def _elsewhere(life: Life) -> None:
    orla = await life.do(
        "bo", "POST", f"{LOGBOOK}/outside/providers",
        {
            "name": "Orla Vale", "email": "orla@elsewhere.example",
            "claims": [{"kind": "ERS", "valid_from": "2023-05-01"}],
        },
    )  # fmt: skip
    days = [f"2025-{month:02}-07" for month in range(7, 13)]
    sessions = [{"held_on": day, "minutes": 150} for day in days]
    said = {"provider_id": orla["provider_id"], "sessions": sessions}
    written = await life.do("bo", "POST", f"{LOGBOOK}/outside/entries", said)
    first, *right = (each["entry_id"] for each in written["entries"])
    await life.do("bo", "POST", f"{LOGBOOK}/outside/entries/{first}/withdraw")
    await life.do("bo", "POST", f"{LOGBOOK}/outside/providers/{orla['provider_id']}/ask")
    await life.pass_by(minutes=5)
    path = re.search(rf"{re.escape(ORIGIN)}(/vouch/\S+)", life.mailed("orla@elsewhere.example"))
    assert path is not None
    form = {
        "name": "Orla Vale", "right": right, "claim_kind-0": "ERS",
        "claim_standing-0": "endorsed", "claim_valid_from-0": "2023-05-01",
    }  # fmt: skip
    async with life.browser() as stranger:
        answer = await stranger.post(path[1], data=form)
        assert answer.status_code < 400, answer.text
    await life.host.drain()


async def _visits(life: Life) -> None:
    site = await life.do(
        "cora", "POST", f"{SCHEDULER}/sites", {"name": "Fern Child Care", "kind": "child_care"}
    )
    pair = {"consultant_id": life.ids["quin"]}
    path = f"{SCHEDULER}/sites/{site['site_id']}/pairings"
    pairing = await life.do("cora", "POST", path, pair)
    plan = {
        "frequency": "weekly", "starts_on": "2026-03-23", "start_time": "13:00",
        "duration_minutes": 120, "count": 3,
    }  # fmt: skip
    path = f"{SCHEDULER}/pairings/{pairing['pairing_id']}/visits"
    made = await life.do("quin", "POST", path, plan)
    await life.pass_by(days=5)
    log = {"minutes": 110, "people": 4}
    path = f"{LOGBOOK}/visits/{made['series_id']}/20260323T1300"
    await life.do("quin", "PUT", path, log)


async def _endings(life: Life) -> None:
    await life.pass_by(days=8)
    await life.tick()
    plan = {
        "frequency": "weekly", "starts_on": "2026-06-02", "start_time": "15:00",
        "duration_minutes": 60, "count": 4,
    }  # fmt: skip
    path = f"{SCHEDULER}/groups/{life.ids['group']}/series"
    made = await life.do("pru", "POST", path, plan)
    await life.pass_by(minutes=5)
    await life.do("pru", "POST", f"{SCHEDULER}/series/{made['series_id']}/cancel")
    await life.pass_by(minutes=5)
    await life.do("cora", "DELETE", f"{SCHEDULER}/people/{life.ids['sam']}")
    await life.pass_by(minutes=5)
    await life.tick()
