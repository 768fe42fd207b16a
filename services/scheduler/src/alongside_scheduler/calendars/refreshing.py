"""Keeps busy times fresh, in the background: each calendar about every half hour, by one worker.

A calendar is claimed in one short transaction, fetched and read with none open, and kept in
another, only if the claim still holds. What was read before stands until something newer is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import structlog

from alongside.clock import Clock
from alongside.db import Database
from alongside.db.claim import backoff, this_worker
from alongside.errors import AlongsideError
from alongside.secrets import BrokenSeal
from alongside_scheduler.calendars.fetching import Fetched, Fetcher, FetchFailed
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.calendars.process import read_apart
from alongside_scheduler.calendars.shapes import Reading, Unreadable, Wanted
from alongside_scheduler.domain.addresses import BadAddress
from alongside_scheduler.store.busy import BusyStore
from alongside_scheduler.store.tables import BusyCalendarRow, PersonRow
from alongside_scheduler.store.uow import SchedulerUow

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=30)
AHEAD = timedelta(days=200)
BEHIND = timedelta(days=1)
READ_AGAIN = timedelta(days=7)
"""A calendar that never changes is read whole again after this: its meetings move into sight."""

_SPREAD = timedelta(minutes=5)
_AT_ONCE = 4
_LEASE = timedelta(minutes=3)
_FIRST_PAUSE = timedelta(minutes=5).total_seconds()
_LONGEST_PAUSE = timedelta(hours=12).total_seconds()

Read = Callable[[bytes, Wanted], Awaitable[Reading]]


class Refresher:
    """Fetches what is due. `tick` is called every few seconds, and mostly finds nothing to do."""

    def __init__(
        self,
        *,
        uow: Callable[[], AbstractAsyncContextManager[SchedulerUow]],
        database: Database,
        clock: Clock,
        keeper: AddressKeeper,
        fetcher: Fetcher,
        read: Read = read_apart,
    ) -> None:
        self._uow = uow
        self._database = database
        self._clock = clock
        self._keeper = keeper
        self._fetcher = fetcher
        self._read = read
        self._worker = this_worker()
        # Fetching is waiting; reading takes memory, so that is done one by one.
        self._reading = asyncio.Semaphore(1)

    async def tick(self) -> int:
        """Refresh the calendars that are due, a few at a time; return how many."""
        async with self._database.read() as session:
            if not await BusyStore(session).is_any_due(self._clock.now()):
                return 0
        done = 0
        while rows := await self._refresh_some():
            done += rows
        return done

    async def _refresh_some(self) -> int:
        async with self._uow() as uow:
            rows = await uow.busy.claim(
                now=uow.now, worker=self._worker, limit=_AT_ONCE, lease=_LEASE
            )
            owners = await uow.people.named(row.person_id for row in rows)
            await uow.commit()
        await self._refresh_all(rows, owners)
        return len(rows)

    async def _refresh_all(
        self, rows: Sequence[BusyCalendarRow], owners: dict[str, PersonRow]
    ) -> None:
        outcomes = await asyncio.gather(
            *(self._refresh(row, owners[row.person_id]) for row in rows), return_exceptions=True
        )
        # Each had its turn; what is a mistake of ours is told to whoever looks after the machine.
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _refresh(self, row: BusyCalendarRow, owner: PersonRow) -> None:
        reading: Reading | None = None
        try:
            fetched = await self._fetch(row)
            if fetched.content is not None:
                async with self._reading:
                    reading = await self._read(fetched.content, self._wanted(owner))
            self._note_success(row, fetched, reading)
        except (FetchFailed, BadAddress, Unreadable, BrokenSeal) as error:
            self._note_failure(row, error)
        async with self._uow() as uow:
            if await uow.busy.give_back(row, worker=self._worker) and reading is not None:
                await uow.busy.replace(row, reading.spans)
            await uow.commit()
        log.info("busy_calendar_asked", calendar_id=row.calendar_id, well=row.last_error is None)

    async def _fetch(self, row: BusyCalendarRow) -> Fetched:
        address = self._keeper.opened(row.sealed_address)
        if row.read_at is None or self._clock.now() - row.read_at >= READ_AGAIN:
            return await self._fetcher.fetch(address)
        return await self._fetcher.fetch(address, etag=row.etag, last_modified=row.last_modified)

    def _wanted(self, owner: PersonRow) -> Wanted:
        now = self._clock.now()
        return Wanted(now - BEHIND, now + AHEAD, owner.zone, (owner.email,))

    def _note_success(
        self, row: BusyCalendarRow, fetched: Fetched, reading: Reading | None
    ) -> None:
        now = self._clock.now()
        row.attempts = 0
        row.last_error = None
        row.answered_at = now
        row.next_attempt_at = now + EVERY + _own_share(row, _SPREAD)
        if reading is not None:
            row.read_at = now
            row.left_out = reading.left_out
            row.etag, row.last_modified = fetched.etag, fetched.last_modified

    def _note_failure(self, row: BusyCalendarRow, error: AlongsideError) -> None:
        pause = backoff(row.attempts, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        if isinstance(error, FetchFailed) and error.retry_after is not None:
            pause = max(pause, timedelta(seconds=error.retry_after))
        row.last_error = _in_words(error)
        row.next_attempt_at = self._clock.now() + pause


def _own_share(row: BusyCalendarRow, whole: timedelta) -> timedelta:
    """Return a part of a stretch that is always the same for a calendar: they do not come all at once."""
    return whole * ((row.id or 0) * 37 % 101 / 101)


def _in_words(error: AlongsideError) -> str:
    if isinstance(error, BrokenSeal):
        return "Its address can no longer be opened here. Remove it, and add it again."
    return error.detail
