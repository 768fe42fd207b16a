"""What libraries say again and again is said once in a while."""

import io
import json
import logging

import pytest
import structlog

from alongside.observability import logging as module
from alongside.observability.logging import configure_logging

pytestmark = pytest.mark.unit


@pytest.fixture
def stream():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("info", "json", stream=stream)
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.reset_defaults()


def test_complaints_of_a_client_are_not_repeated_many_times_a_second(stream, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def complain() -> None:
        for node in range(40):
            logging.getLogger("aiokafka.conn").error("Unable connect to node %s", node)

    complain()
    now[0] += 11
    complain()
    said = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert said == [
        "Unable connect to node 0",
        "Unable connect to node 0 (and 39 times before)",
    ]


def test_our_own_words_are_all_said(stream):
    for number in range(3):
        logging.getLogger("alongside.kafka").warning("ours %s", number)
    assert len(stream.getvalue().splitlines()) == 3
