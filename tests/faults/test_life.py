"""A short life of an association while everything is struck, and what an operator does after the worst.

Chapter after chapter on one stack: see `faults.life`; tools/life makes it last for hours.
"""

import os
from collections.abc import Iterator

import pytest

from alongside.testing.folders import scratch_folder
from faults.life.run import Life
from faults.life.weather import EVERY_ROUND

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def life(stack_can_run) -> Iterator[Life]:
    # Each run is another life, but before a change lands the same is struck again.
    seed = {"seed": 3} if os.environ.get("CI") == "true" else {}
    with scratch_folder("life") as folder, Life(folder, seconds=30, **seed).begun() as life:
        print(life.under_faults())
        yield life


def test_whatever_strikes_everything_holds_at_the_end(life):
    assert life.program.done.steps.total() > 300
    struck = " ".join(life.weather.struck)
    assert [each for each in EVERY_ROUND if each not in struck] == []


def test_half_of_the_processes_die_and_nobody_notices(life):
    life.without_half_of_the_processes()


def test_all_of_kafka_lost_and_said_again_is_the_same_final_state(life):
    life.without_kafkas_data()


def test_a_backup_taken_at_work_loses_nothing_and_does_nothing_twice(life):
    life.from_the_backup()
