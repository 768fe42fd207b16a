"""Two processes of each service: one of each is killed at work, and nobody notices.

Kafka is the guarded one here: TLS, and a user per service that may do only what it needs.
"""

import os
import re
import signal
import time
from collections import Counter

import pytest

from journey.installation import Installation, Person, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

FOUNDER = (
    "--email", "cora@circle.example", "--name", "Cora Sample",
    "--zone", "America/Chicago", "--association", "Sample Circle Association",
)  # fmt: skip


@pytest.fixture
def where(stack_can_run, stack_folder):
    folder = stack_folder.parent
    folder.mkdir(exist_ok=True)
    installation = Installation("stack", folder)
    yield installation
    assert installation.leave() == 0


def test_half_of_the_processes_killed_at_work(where):
    link = where.start(*FOUNDER, "--replicas", "2", "--secure")
    said = (where.folder / "stack.log").read_text()
    pids = {name: int(pid) for name, pid in re.findall(r"(\S+) is ready \(pid (\d+)\)", said)}
    assert len(pids) == 6
    cora = Person(where, "cora@circle.example").sign_in(link)
    people = [_person(cora, f"p{number}") for number in range(4)]
    pru = _person(cora, "pru", roles=["supervisor"])
    group = cora.send(
        "POST", "/api/scheduler/v1/groups", {"name": "Twin circle", "provider_id": pru}
    )
    base = f"/api/scheduler/v1/groups/{group['group_id']}"
    for person in people:
        cora.send("POST", f"{base}/roster", {"person_id": person})
    killed = iter(("scheduler", "notifier-2", "logbook"))
    for day in ("02", "03", "04"):
        plan = {
            "frequency": "weekly", "starts_on": f"2032-03-{day}", "start_time": "09:00",
            "end_time": "10:00", "count": 12, "title": f"Circle {day}",
        }  # fmt: skip
        cora.send("POST", f"{base}/series", plan)
        os.kill(pids[next(killed)], signal.SIGKILL)
        # With one process of each left, every page still answers, whichever is asked.
        for _ in range(2):
            for path in ("/groups", "/cohort", "/messages"):
                cora.page(path)
    invited = [f"{name}@circle.example" for name in ("p0", "p1", "p2", "p3", "pru")]
    for day in ("02", "03", "04"):
        until(lambda day=day: all(where.mails(each, subject=f"Circle {day}") for each in invited),
              seconds=90)  # fmt: skip
    time.sleep(2)
    for each in invited:
        ids = Counter(mail["Message-ID"] for mail in where.mails(each, subject="Circle"))
        assert len(ids) == 3, f"{each}: {ids}"


def _person(cora: Person, name: str, **more: object) -> str:
    facts = {"name": f"{name.title()} Sample", "email": f"{name}@circle.example", **more}
    return cora.send("POST", "/api/scheduler/v1/people", facts)["person_id"]
