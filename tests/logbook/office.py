"""A logbook as tests work with it: told of people and sessions, recorded in, looked at."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2

from alongside.contracts import (
    Credential,
    Event,
    Member,
    Occurrence,
    Pattern,
    PersonChanged,
    PersonRegistered,
    PersonState,
    SeriesScheduled,
    SeriesState,
)
from alongside.service import ServiceApp
from alongside.testing import FixedClock
from alongside.web.tokens import cookie_name, sign_session
from alongside.zones import zone
from alongside_logbook.domain.attendance import Departure
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.attendance import RecordAttendance, Recorded, record_attendance
from alongside_logbook.handlers.confirmation import ConfirmEntries, confirm_entries
from alongside_logbook.handlers.people import on_people
from alongside_logbook.handlers.sessions import on_sessions
from alongside_logbook.store.uow import LogbookUow

ZONE = "America/Chicago"
KEY = "20260210T1000"
"""The one meeting of the plain series: Tuesday, 10 February 2026, 10:00 in Chicago."""


def ers(since: date = date(2020, 1, 1), **facts: Any) -> Credential:
    return Credential(**{"credential_id": "c1", "kind": "ERS", "valid_from": since, **facts})


class Office:
    """A logbook as a test works with it."""

    def __init__(self, app: ServiceApp) -> None:
        self.app = app
        self.said: list[Event] = []
        self._versions: dict[str, int] = {}
        self._roles: dict[str, tuple[str, ...]] = {}

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.app.clock, FixedClock)
        return self.app.clock

    async def run(self, use_case: Callable[[LogbookUow], Awaitable[Any]]) -> Any:
        """Run a use case in a transaction of its own, and remember what was said."""
        async with self.app.uow() as uow:
            result = await use_case(uow)
            await uow.commit()
            self.said += uow.emitted
        return result

    def heard(self, *kinds: type[Event]) -> list[Any]:
        """Return what was said of these kinds."""
        return [event for event in self.said if not kinds or isinstance(event, kinds)]

    async def person(self, person_id: str, *roles: str, **facts: Any) -> PersonState:
        """Be told of a person, anew or again."""
        version = self._versions.get(person_id, 0) + 1
        self._versions[person_id] = version
        self._roles[person_id] = roles or self._roles.get(person_id, ("supervisee",))
        state = PersonState(
            **{
                "person_id": person_id,
                "version": version,
                "name": person_id.title(),
                "email": f"{person_id}@example.org",
                "zone": ZONE,
                "roles": self._roles[person_id],
                **facts,
            }
        )
        kind = PersonRegistered if version == 1 else PersonChanged
        event = kind(id=self.app.new_id(), occurred_at=self.clock.now(), person=state)
        await self.run(lambda uow: on_people(event, uow))
        return state

    async def series(self, series_id: str = "s1", **facts: Any) -> SeriesState:
        """Be told of a series."""
        version = self._versions.get(series_id, 0) + 1
        self._versions[series_id] = version
        state = series(series_id, version=version, **facts)
        event = SeriesScheduled(id=self.app.new_id(), occurred_at=self.clock.now(), series=state)
        await self.run(lambda uow: on_sessions([event], uow))
        return state

    async def record(
        self,
        key: str,
        *exceptions: Departure,
        by: str = "pat",
        series_id: str = "s1",
        reason: Any = None,
        coordinator: bool = False,
    ) -> Recorded:
        command = RecordAttendance(
            series_id=series_id, key=key, exceptions=exceptions, reason_code=reason
        )
        actor = Actor(by, coordinator=coordinator)
        return await self.run(lambda uow: record_attendance(command, actor, uow))

    async def confirm_all(self, person_id: str) -> Any:
        return await self.run(lambda uow: confirm_entries(ConfirmEntries(), Actor(person_id), uow))

    def token(self, person_id: str, *roles: str, scopes: tuple[str, ...] | None = None) -> str:
        return sign_session(
            self.app.secrets,
            person_id=person_id,
            name=person_id.title(),
            roles=roles or self._roles.get(person_id, ("supervisee",)),  # type: ignore[arg-type]
            zone=ZONE,
            session_id=f"sid-{person_id}",
            now=self.clock.now(),
            scopes=scopes,
        )

    @asynccontextmanager
    async def browser(self, person_id: str | None) -> AsyncIterator[httpx2.AsyncClient]:
        """A signed-in browser on the pages and routes."""
        origin = self.app.settings.origin
        cookies = {cookie_name(origin): self.token(person_id)} if person_id else {}
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app.web),
            base_url=origin,
            cookies=cookies,
            headers={"sec-fetch-site": "same-origin", "accept": "text/html"},
        ) as client:
            yield client

    @asynccontextmanager
    async def script(self, person_id: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A script with an API token."""
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app.web),
            base_url=f"{self.app.settings.origin}/api/logbook/v1",
            headers={"authorization": f"Bearer {self.token(person_id, scopes=('read', 'write'))}"},
        ) as client:
            yield client


def series(
    series_id: str = "s1",
    *,
    starts: tuple[str, ...] = ("2026-02-10T10:00",),
    minutes: int = 120,
    members: tuple[str, ...] | tuple[Member, ...] = ("ann", "bob"),
    provider: str = "pat",
    co: tuple[str, ...] = (),
    cancelled: tuple[str, ...] = (),
    version: int = 1,
    **facts: Any,
) -> SeriesState:
    """Make a series by the wall times of its meetings."""
    where = zone(ZONE)
    firsts = [datetime.fromisoformat(start) for start in starts]
    return SeriesState(
        **{
            "series_id": series_id,
            "version": version,
            "uid": f"{series_id}@example.org",
            "sequence": version,
            "master_sequence": 0,
            "group_id": "g1",
            "title": "Tuesday circle",
            "kind": "group",
            "zone": ZONE,
            "tzdata": "2026a",
            "duration_minutes": minutes,
            "provider_id": provider,
            "co_provider_ids": co,
            "pattern": Pattern(frequency="dates", count=len(firsts), first_start=firsts[0]),
            "members": tuple(
                each
                if isinstance(each, Member)
                else Member(person_id=each, joined_on=date(2020, 1, 1))
                for each in members
            ),
            "occurrences": tuple(
                Occurrence(
                    key=f"{first:%Y%m%dT%H%M}",
                    original_start=first.replace(tzinfo=where).astimezone(UTC),
                    starts_at=first.replace(tzinfo=where).astimezone(UTC),
                    ends_at=first.replace(tzinfo=where).astimezone(UTC)
                    + timedelta(minutes=minutes),
                    status="cancelled" if f"{first:%Y%m%dT%H%M}" in cancelled else "planned",
                )
                for first in firsts
            ),
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            "revised_at": datetime(2026, 1, 1, tzinfo=UTC),
            **facts,
        }
    )


def text_of(page: str) -> str:
    """Return what a page says, without its markup."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())
