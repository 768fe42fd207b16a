"""A short life of an association while everything is struck: see `faults.life`, and tools/life."""

import pytest

from faults.life.run import Life

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def test_whatever_strikes_everything_holds_at_the_end(stack_folder):
    folder = stack_folder.parent
    folder.mkdir(exist_ok=True)
    print(Life(folder, seconds=45).run())
