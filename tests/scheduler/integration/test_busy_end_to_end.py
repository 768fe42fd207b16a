"""A calendar from a real server, through the service's own clock work, to what is offered."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside.contracts.people import Role
from alongside.settings import Settings
from alongside_scheduler.calendars.keeping import AddressKeeper
from alongside_scheduler.domain.access import Actor
from alongside_scheduler.domain.addresses import AllowedHosts
from alongside_scheduler.handlers.busy import AddCalendar, add_calendar, fetch_now
from alongside_scheduler.views.busy import show_busy

pytestmark = pytest.mark.integration

SUPERVISEE: frozenset[Role] = frozenset({"supervisee"})


@pytest.fixture
def settings(settings: Settings, server) -> Settings:
    """Settings that trust the test's own server."""
    return settings.model_copy(update={"calendar_hosts": (f"127.0.0.1:{server.port}",)})


async def test_a_calendar_is_fetched_read_asked_again_and_its_change_is_seen(association, server):
    office = association
    ada = await office.person("Ada Able")
    me = Actor(person_id=ada, roles=SUPERVISEE)
    (ticker,) = [each for each in office.app.tickers if each.name == "busy calendars"]
    keeper = AddressKeeper(office.app.secrets, AllowedHosts(office.app.settings.calendar_hosts))

    def calendar(start: str) -> bytes:
        return (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\n"
            f"DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Secret\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()

    server.says("/a.ics", "200 OK", calendar("20260304T150000Z"), ETag='"v1"')
    command = AddCalendar(address=server.url("/a.ics"))
    added = await office.run(lambda uow: add_calendar(command, uow, keeper), actor=me)

    async def busy() -> list[datetime]:
        shown = await office.run(lambda uow: show_busy(ada, uow), actor=me)
        assert shown.calendars[0].state == "good", shown.calendars[0].error
        return [each.starts_at for each in shown.spans]

    assert await ticker.tick() == 1
    assert await busy() == [datetime(2026, 3, 4, 15, tzinfo=UTC)]

    server.says("/a.ics", "304 Not Modified")
    office.clock.advance(timedelta(hours=1))
    assert await ticker.tick() == 1
    assert server.asked[-1][1]["if-none-match"] == '"v1"'
    assert await busy() == [datetime(2026, 3, 4, 15, tzinfo=UTC)]

    server.says("/a.ics", "200 OK", calendar("20260305T150000Z"), ETag='"v2"')
    await office.run(lambda uow: fetch_now(added.calendar_id, uow), actor=me)
    assert await ticker.tick() == 1
    assert await busy() == [datetime(2026, 3, 5, 15, tzinfo=UTC)]
    assert await ticker.tick() == 0
