"""What the people of an association do all day, each a program of their own, by the JSON routes.

A step is one request that got a definite answer. Whoever gets none (nothing answers, or a 5xx) sends
the same again with the same Idempotency-Key, however long that takes.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import httpx2

from alongside.secrets import Secrets
from alongside.web.tokens import cookie_name, sign_session

ZONE = "America/Chicago"
PROVIDERS, SUPERVISEES, AT_ONCE = 4, 16, 8
MOST_SERIES = 24
NOT_HELD = {"held": False, "reason": "weather"}
FAR_AWAY = 150
"""Seconds after which a client gives up: by then everything must long be back."""


class GaveUp(AssertionError):
    """A request got no definite answer, although everything was back."""


@dataclass
class Done:
    """What was acknowledged: the truth that everything else is held against."""

    steps: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    """Answers that were none: what was met instead, and how often."""
    series: dict[tuple[str, int], dict] = field(default_factory=dict)
    """Every state of a series that somebody was told as the answer to a change."""
    rosters: Counter[str] = field(default_factory=Counter)
    """By series: how many changes of its roster were acknowledged."""
    people: Counter[str] = field(default_factory=Counter)
    """By person: how many changes were acknowledged."""
    minutes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """By series, occurrence and person: what was last recorded."""
    entries: set[tuple[str, int]] = field(default_factory=set)
    """Every version of an hour entry that somebody was told."""
    answers: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """By person, series and occurrence: the last answer."""
    visits: dict[tuple[str, str], tuple[int, bool, int]] = field(default_factory=dict)
    """By series and occurrence: version, whether it was held, and minutes, as last logged."""
    slowest: float = 0


class Program:
    """The people, and what they do."""

    def __init__(
        self, origin: str, secrets: Secrets, seed: int, say: Callable[[str], None]
    ) -> None:
        self.origin = origin
        self.done = Done()
        self.providers: list[str] = []
        self.supervisees: list[str] = []
        self.groups: dict[str, str] = {}
        """By group: who leads it."""
        self.series: dict[str, dict] = {}
        self.feeds: dict[str, str] = {}
        self.boss = ""
        self._secrets = secrets
        self._seed = seed
        self._say = say
        self._tokens: dict[str, str] = {}
        self._locks: dict[Any, asyncio.Lock] = {}
        self._over = asyncio.Event()
        self._http: httpx2.AsyncClient

    # --- Asking -----------------------------------------------------------------------------------

    def _token(self, person: str, *, scopes: tuple[str, ...] | None = ("read", "write")) -> str:
        return sign_session(
            self._secrets, person_id=person, name="Sample", roles=(), zone=ZONE,
            session_id=f"life-{person}", now=datetime.now(UTC), lifetime=timedelta(days=400),
            scopes=scopes,
        )  # fmt: skip

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """Ask until there is a definite answer. None: it was refused."""
        if who not in self._tokens:
            self._tokens[who] = self._token(who)
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Accept": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        noun = next((n for n in _NOUNS if n in path), "other")
        answer = await self._until_answered(method, path, headers, body, f"{method} {noun}")
        if answer.is_success:
            self.done.steps[f"{method} {noun}"] += 1
            return (
                answer.json() if answer.content and "json" in answer.headers["content-type"] else {}
            )
        self.done.refused[f"{method} {noun} {answer.status_code} {_code(answer)}"] += 1
        return None

    async def _until_answered(
        self, method: str, path: str, headers: dict, body: Any, what: str
    ) -> httpx2.Response:
        began, url = time.monotonic(), path if path.startswith("http") else self.origin + path
        while True:
            try:
                answer = await self._http.request(method, url, headers=headers, json=body)
                met = f"{answer.status_code}"
            except httpx2.TransportError as error:
                answer, met = None, type(error).__name__
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                self.done.slowest = max(self.done.slowest, time.monotonic() - began)
                return answer
            self.done.tries[met] += 1
            if met == "500":
                self._say(f"{what}: 500 {answer.text[:300]}")
            if time.monotonic() - began > FAR_AWAY:
                raise GaveUp(f"{what} {path}: {met}")
            await asyncio.sleep(0.25)

    def _lock(self, what: Any) -> asyncio.Lock:
        return self._locks.setdefault(what, asyncio.Lock())

    # --- Life -------------------------------------------------------------------------------------

    async def found(self, boss: str) -> None:
        """Everybody comes, groups are made."""
        self.boss = boss
        chance = random.Random(self._seed)
        for number in range(PROVIDERS):
            self.providers.append(await self._person(f"pro{number}", roles=["supervisor"]))
        for number in range(SUPERVISEES):
            self.supervisees.append(
                await self._person(f"see{number}", pursuing=chance.choice(("IFS", "IMHS", "ECFS")))
            )
        for provider in self.providers:
            whole_week = [{"weekday": day, "begins": "00:00", "ends": "23:30"} for day in range(7)]
            await self.ask(
                provider, "PATCH", f"/api/scheduler/v1/providers/{provider}/availability",
                {"published": True, "windows": whole_week, "lengths": [30, 60], "notice_hours": 0,
                 "horizon_days": 60, "cancel_hours": 0, "step_minutes": 30},
            )  # fmt: skip
        for number in range(2 * PROVIDERS):
            await self._group(number, chance)
        await self._site()
        # Something has been recorded before anything strikes, or is backed up.
        async with asyncio.timeout(60):
            while not self.done.entries:
                await self._schedule(chance)
                await self._record(chance)

    async def _person(self, name: str, **more: Any) -> str:
        made = await self.ask(
            self.boss, "POST", "/api/scheduler/v1/people",
            {"name": f"{name.title()} Sample", "email": f"{name}@life.example", "zone": ZONE, **more},
        )  # fmt: skip
        self.done.people[made["person_id"]] += 1
        return str(made["person_id"])

    async def _group(self, number: int, chance: random.Random) -> None:
        provider = self.providers[number % PROVIDERS]
        made = await self.ask(
            self.boss, "POST", "/api/scheduler/v1/groups",
            {"name": f"Circle {number}", "provider_id": provider, "zone": ZONE, "place": "Room 1"},
        )  # fmt: skip
        self.groups[made["group_id"]] = provider
        for person in chance.sample(self.supervisees, 4):
            await self._join(made["group_id"], person)

    async def _site(self) -> None:
        """One of the providers also consults at a site; some of the visits have been."""
        began = datetime.now(UTC).date() - timedelta(days=70)
        api = "/api/scheduler/v1"
        site = await self.ask(self.boss, "POST", f"{api}/sites", {"name": "Oak Room", "zone": ZONE})
        pairing = await self.ask(
            self.boss, "POST", f"{api}/sites/{site['site_id']}/pairings",
            {"consultant_id": self.providers[0], "begins_on": began.isoformat()},
        )  # fmt: skip
        plan = {
            "frequency": "weekly", "starts_on": began.isoformat(), "count": 12,
            "start_time": "05:00", "duration_minutes": 45, "title": "Visit",
        }  # fmt: skip
        path = f"{api}/pairings/{pairing['pairing_id']}/visits"
        self._told(await self.ask(self.providers[0], "POST", path, plan))

    async def live(self) -> None:
        """Everybody does what they do until told to stop; what was begun is brought to its end."""
        async with asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(self._actor(random.Random(f"{self._seed}/{number}")))

    def stop(self) -> None:
        """Begin nothing more."""
        self._over.set()

    async def _actor(self, chance: random.Random) -> None:
        deeds, weights = zip(*self._deeds(), strict=True)
        while not self._over.is_set():
            (deed,) = chance.choices(deeds, weights)
            await deed(chance)

    def _deeds(self) -> tuple[tuple[Callable[[random.Random], Awaitable[None]], int], ...]:
        return (
            (self._schedule, 3), (self._move, 4), (self._cancel, 2), (self._rename, 2),
            (self._roster, 3), (self._book, 5), (self._unbook, 3), (self._answer, 12),
            (self._record, 14), (self._confirm, 10), (self._send_back, 4), (self._rename_person, 1),
            (self._log_visit, 4), (self._look, 30),
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        self._http = httpx2.AsyncClient(
            timeout=20, trust_env=False, limits=httpx2.Limits(max_connections=2 * AT_ONCE)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    # --- What they do -----------------------------------------------------------------------------

    def _told(self, series: dict | None) -> None:
        """Remember a state of a series that was the answer to a change."""
        if series is None:
            return
        self.done.series[series["series_id"], series["version"]] = series
        known = self.series.get(series["series_id"])
        if known is None or known["version"] < series["version"]:
            self.series[series["series_id"]] = series

    def _some_session(self, chance: random.Random, kind: str = "group") -> tuple[dict, dict] | None:
        running = [
            (series, each)
            for series in self.series.values()
            if series["kind"] == kind and series["status"] == "planned" and series["members"]
            for each in series["occurrences"]
            if each["status"] == "planned"
        ]
        return chance.choice(running) if running else None

    async def _schedule(self, chance: random.Random) -> None:
        if sum(each["kind"] == "group" for each in self.series.values()) >= MOST_SERIES:
            return await self._record(chance)
        group, provider = chance.choice(list(self.groups.items()))
        # Some of it has been already, so that there is something to record.
        first = datetime.now(UTC).date() + timedelta(days=chance.randint(-25, 5))
        plan = {
            "frequency": "weekly", "starts_on": first.isoformat(), "count": 6,
            "start_time": f"{chance.randint(6, 21):02}:{chance.choice(('00', '30'))}",
            "duration_minutes": chance.choice((30, 60, 90)),
            "title": f"Circle {chance.randint(1, 99)}",
        }  # fmt: skip
        self._told(
            await self.ask(provider, "POST", f"/api/scheduler/v1/groups/{group}/series", plan)
        )
        return None

    async def _move(self, chance: random.Random) -> None:
        if found := self._some_session(chance):
            series, each = found
            day = datetime.fromisoformat(each["starts_at"]).date()
            where = {
                "on": (day + timedelta(days=chance.randint(-2, 2))).isoformat(),
                "start_time": f"{chance.randint(6, 21):02}:{chance.choice(('00', '15', '30'))}",
            }
            path = f"/api/scheduler/v1/series/{series['series_id']}/sessions/{each['key']}/move"
            self._told(await self.ask(series["provider_id"], "POST", path, where))

    async def _cancel(self, chance: random.Random) -> None:
        if found := self._some_session(chance):
            series, each = found
            path = f"/api/scheduler/v1/series/{series['series_id']}/sessions/{each['key']}/cancel"
            self._told(await self.ask(series["provider_id"], "POST", path))

    async def _rename(self, chance: random.Random) -> None:
        if found := self._some_session(chance):
            series, _ = found
            change = chance.choice(
                (
                    {"place": f"Room {chance.randint(1, 9)}"},
                    {"title": f"Round {chance.randint(1, 99)}"},
                )
            )
            path = f"/api/scheduler/v1/series/{series['series_id']}"
            self._told(await self.ask(series["provider_id"], "PATCH", path, change))

    async def _roster(self, chance: random.Random) -> None:
        group = chance.choice(list(self.groups))
        person = chance.choice(self.supervisees)
        if chance.random() < 0.5:
            return await self._join(group, person)
        path = f"/api/scheduler/v1/groups/{group}/roster/{person}"
        return self._of_roster(await self.ask(self.groups[group], "DELETE", path))

    async def _join(self, group: str, person: str) -> None:
        path = f"/api/scheduler/v1/groups/{group}/roster"
        self._of_roster(await self.ask(self.groups[group], "POST", path, {"person_id": person}))

    def _of_roster(self, done: dict | None) -> None:
        for series_id in done["series_ids"] if done else ():
            self.done.rosters[series_id] += 1

    async def _book(self, chance: random.Random) -> None:
        provider, person = chance.choice(self.providers), chance.choice(self.supervisees)
        first = datetime.now(UTC) + timedelta(days=chance.randint(1, 20))
        span = f"minutes=30&from={first:%Y-%m-%d}&to={first + timedelta(days=1):%Y-%m-%d}"
        slots = await self.ask(
            person, "GET", f"/api/scheduler/v1/providers/{provider}/slots?{span}"
        )
        if slots and slots["starts"]:
            # Several want the same: the first of the day are the most wanted.
            start = chance.choice(slots["starts"][:12])
            path = f"/api/scheduler/v1/providers/{provider}/bookings"
            self._told(await self.ask(person, "POST", path, {"start": start, "minutes": 30}))

    async def _unbook(self, chance: random.Random) -> None:
        if found := self._some_session(chance, "individual"):
            series, each = found
            path = f"/api/scheduler/v1/bookings/{series['series_id']}/{each['key']}/cancel"
            who = series["members"][0]["person_id"]
            self._told(await self.ask(who, "POST", path, {}))

    async def _answer(self, chance: random.Random) -> None:
        person = chance.choice(self.supervisees)
        agenda = await self.ask(person, "GET", "/api/notifier/v1/answers?limit=50")
        if not agenda:
            return
        meeting = chance.choice(agenda)
        series = meeting["series_id"]
        key = chance.choice((None, meeting["occurrence_key"]))
        word = chance.choice(("accepted", "declined", "tentative"))
        async with self._lock((person, series)):
            path = f"/api/notifier/v1/answers/{series}"
            given = await self.ask(person, "PUT", path, {"answer": word, "occurrence_key": key})
            if given:
                self.done.answers[person, series, key or ""] = word

    async def _record(self, chance: random.Random) -> None:
        provider = chance.choice(self.providers)
        state = chance.choice(("awaiting", "awaiting", "recorded"))
        page = await self.ask(provider, "GET", f"/api/logbook/v1/sessions?state={state}&size=50")
        if not page or not page["sessions"]:
            return
        session = chance.choice(page["sessions"])
        place = session["series_id"], session["key"]
        async with self._lock(place):
            path = f"/api/logbook/v1/attendance/{place[0]}/{place[1]}"
            sheet = await self.ask(provider, "GET", path)
            if not sheet or not sheet["lines"]:
                return
            body: dict[str, Any] = {"exceptions": _exceptions(sheet, chance)}
            if state == "recorded":
                body["reason_code"] = "minutes_wrong"
            told = await self.ask(provider, "PUT", path, body)
            said = {each["person_id"]: each["minutes"] for each in body["exceptions"]}
            for entry in told["entries"] if told else ():
                self._entry(entry)
                # Also who joined the roster since the sheet was looked at.
                who = entry["supervisee_id"]
                minutes = said.get(who, sheet["session"]["scheduled_minutes"])
                self.done.minutes[*place, who] = minutes

    def _entry(self, entry: dict) -> None:
        self.done.entries.add((entry["entry_id"], entry["version"]))

    async def _confirm(self, chance: random.Random) -> None:
        person = chance.choice(self.supervisees)
        told = await self.ask(person, "POST", "/api/logbook/v1/entries/confirm", {})
        for entry in told["entries"] if told else ():
            self._entry(entry)

    async def _send_back(self, chance: random.Random) -> None:
        person = chance.choice(self.supervisees)
        page = await self.ask(person, "GET", "/api/logbook/v1/entries?status=recorded&size=50")
        waiting = [each for each in page["entries"] if each["awaits"]] if page else []
        if waiting:
            entry = chance.choice(waiting)
            path = f"/api/logbook/v1/entries/{entry['entry_id']}/return"
            told = await self.ask(person, "POST", path, {"reason": "Not quite."})
            if told:
                self._entry(told)

    async def _log_visit(self, chance: random.Random) -> None:
        who = self.providers[0]
        state = chance.choice(("to_log", "logged"))
        page = await self.ask(who, "GET", f"/api/logbook/v1/visits?state={state}")
        if not page or not page["visits"]:
            return
        visit = chance.choice(page["visits"])
        place = visit["series_id"], visit["key"]
        async with self._lock(place):
            held = chance.random() < 0.8
            said = {"held": True, "minutes": chance.randint(5, 90)} if held else NOT_HELD
            path = f"/api/logbook/v1/visits/{place[0]}/{place[1]}"
            if told := await self.ask(who, "PUT", path, said):
                self.done.visits[place] = told["version"], held, told["log"]["minutes"]

    async def _rename_person(self, chance: random.Random) -> None:
        await self.rename(chance.choice(self.supervisees + self.providers[:1]), chance)

    async def rename(self, person: str, chance: random.Random) -> None:
        """Give somebody another name."""
        change = {"name": f"{chance.choice('ABCDEFG')}{chance.randint(1, 999)} Sample"}
        if await self.ask(self.boss, "PATCH", f"/api/scheduler/v1/people/{person}", change):
            self.done.people[person] += 1

    async def _look(self, chance: random.Random) -> None:
        person = chance.choice(self.supervisees)
        path = chance.choice(
            (
                "/api/scheduler/v1/sessions", "/api/logbook/v1/progress", "/api/logbook/v1/entries",
                "/api/notifier/v1/messages", "/api/notifier/v1/answers", "feed", "page",
            )
        )  # fmt: skip
        if path == "feed":
            await self.feed(person)
        elif path == "page":
            await self.page(chance.choice(("/groups", "/cohort", "/messages", "/people")))
        else:
            await self.ask(person, "GET", path)

    async def page(self, path: str) -> None:
        """A page in a browser: whichever process is asked, it comes."""
        cookie = f"{cookie_name(self.origin)}={self._token(self.boss, scopes=None)}"
        headers = {"Cookie": cookie, "Accept": "text/html"}
        answer = await self._until_answered("GET", path, headers, None, path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        self.done.steps["page"] += 1

    async def feed(self, person: str) -> bytes | None:
        """Return the calendar feed of a person; None while there is none yet."""
        if person not in self.feeds:
            made = await self.ask(person, "POST", "/api/notifier/v1/feed")
            if made is None:
                return None
            self.feeds[person] = made["address"]
        answer = await self._until_answered("GET", self.feeds[person], {}, None, "feed")
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])
        self.done.steps["feed"] += 1
        return answer.content


_NOUNS = (
    "/cancel", "/move", "/series", "/roster", "/bookings", "/slots", "/availability", "/people",
    "/groups", "/answers", "/attendance", "/confirm", "/return", "/entries", "/sessions", "/progress",
    "/messages", "/feed", "/visits", "/sites", "/pairings",
)  # fmt: skip


def _code(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("code"))
    except ValueError:
        return "?"


def _exceptions(sheet: dict, chance: random.Random) -> list[dict]:
    scheduled = sheet["session"]["scheduled_minutes"]
    found = []
    for line in sheet["lines"]:
        lot = chance.random()
        if lot < 0.15:
            found.append(
                {"person_id": line["person"]["person_id"], "presence": "absent", "minutes": 0}
            )
        elif lot < 0.3:
            minutes = chance.randint(5, scheduled - 5)
            found.append(
                {"person_id": line["person"]["person_id"], "presence": "late", "minutes": minutes}
            )
    return found
