"""kill -9 in the middle of work: after the next start nothing is missing and nothing came twice."""

import os
import random
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


def kill(where: Installation) -> None:
    """End the process as a power cut would."""
    assert where.process is not None
    os.killpg(where.process.pid, signal.SIGKILL)
    where.process.wait(20)
    where.process.stdout.close()
    where.process = None


@pytest.fixture
def where(tmp_path):
    installation = Installation("embedded", tmp_path)
    yield installation
    assert installation.leave() == 0


def test_a_series_planned_before_a_power_cut_reaches_everybody_once(where):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    cora = Person(where, "cora@circle.example").sign_in(where.start(*FOUNDER))
    people = []
    for number in range(8):
        made = cora.send(
            "POST", "/api/scheduler/v1/people",
            {"name": f"P{number} Sample", "email": f"p{number}@circle.example", "pursuing": "IFS"},
        )  # fmt: skip
        people.append(made["person_id"])
    pru = cora.send(
        "POST", "/api/scheduler/v1/people",
        {"name": "Pru Sample", "email": "pru@circle.example", "roles": ["supervisor"]},
    )  # fmt: skip
    group = cora.send(
        "POST", "/api/scheduler/v1/groups",
        {"name": "Night circle", "provider_id": pru["person_id"], "place": "Room 1"},
    )  # fmt: skip
    base = f"/api/scheduler/v1/groups/{group['group_id']}"
    for person in people:
        cora.send("POST", f"{base}/roster", {"person_id": person})
    plan = {
        "frequency": "weekly", "starts_on": "2032-03-02", "start_time": "09:00",
        "end_time": "10:30", "count": 26,
    }  # fmt: skip
    series = cora.send("POST", f"{base}/series", plan)
    chance = random.Random(seed)
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.6))
        kill(where)
        where.start()
    invited = [f"p{number}@circle.example" for number in range(8)] + ["pru@circle.example"]

    def all_invited() -> bool:
        return all(where.mails(each, subject="Night circle") for each in invited)

    until(all_invited, seconds=60)
    time.sleep(2)
    for each in invited:
        ids = Counter(mail["Message-ID"] for mail in where.mails(each, subject="Night circle"))
        assert len(ids) == 1, f"{each} got more than one invitation: {ids}"
    again = cora.get(f"/api/scheduler/v1/series/{series['series_id']}")
    assert again == series
