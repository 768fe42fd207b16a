"""The made-up site, once for the folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def shell_site() -> Iterator[str]:
    from shell_site import serving

    with serving() as address:
        yield address
