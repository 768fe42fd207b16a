"""Whether a process is ready: one with pages serves while a loop stands still, one of loops does not."""

import httpx2
import pytest

from alongside.host import Host, NoBus, StandsStill
from alongside.messaging.lag import Standing
from alongside.observability.pulse import Pulse
from alongside.operations.watch import Hearing
from alongside.web.health import HealthDoor

pytestmark = pytest.mark.unit


async def test_a_loop_that_stands_still_is_told_by_whoever_has_it(house):
    services = {"notifier": house.host.services["notifier"]}
    at = 0.0
    pulse = Pulse("notifier send", 60, now=lambda: at)
    hosts = {
        role: Host(services, house.settings, roles=roles)
        for role, roles in {"web": ("web", "ticker"), "loops": ("ticker",)}.items()
    }
    for each in hosts.values():
        each.loops["notifier send"] = pulse
    for at in (60.0, 61.0):
        stands = at > 60
        said = {"database": "ok", "bus": "ok"}
        if stands:
            with pytest.raises(StandsStill, match="notifier send"):
                await hosts["loops"].ready()
            said["notifier send"] = "degraded"
        assert await hosts["web"].ready() == said
        door = HealthDoor(services["notifier"].web)
        services["notifier"].web.state.ready = hosts["loops"].ready
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=door), base_url="http://loops"
        ) as client:
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (
                (503, "unready") if stands else (200, "ready")
            )
            assert (await client.get("/calendar")).status_code == 404
    pulse.beat()
    assert not pulse.stands_still()


def test_a_process_that_neither_says_nor_hears_needs_no_kafka(house):
    stack = house.settings.model_copy(update={"mode": "stack"})
    assert isinstance(Host(house.host.services, stack, roles=("web", "ticker")).bus, NoBus)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing({0: 5, 1: 7}, listeners=1), ""),
        (Standing({0: 5, 1: 7}, listeners=0), "Nobody listens"),
        (Standing({}, listeners=0), "alongside topics"),
        (Standing({0: 0, 1: 1001}, listeners=2), "1001 records wait"),
        (None, ""),
    ],
)
def test_a_consumer_in_trouble_says_which(standing, words):
    trouble = Hearing("logbook-people", "alongside.people.v1", standing).trouble
    assert words in trouble
    assert bool(words) == bool(trouble)
