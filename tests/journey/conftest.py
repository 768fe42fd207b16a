"""The two modes in which the same journey is made."""

from pathlib import Path

import pytest

from alongside.testing.folders import scratch_folder
from journey.installation import Installation
from journey.story import Story

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey goes from step to step: undo the shuffling, for this folder alone."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    steps = sorted((items[place] for place in places), key=_step)
    for place, step in zip(places, steps, strict=True):
        items[place] = step


def _step(item: pytest.Item) -> tuple[str, str, int]:
    mode = item.callspec.id if hasattr(item, "callspec") else ""
    return str(item.path), mode, item.location[1] or 0


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What an installation is told besides what it must be; a module may say more."""
    return {}


@pytest.fixture(scope="module", params=["embedded", "stack"])
def installation(request, settings):
    """A running installation of each mode, and the link by which its first coordinator comes in."""
    if request.param == "stack":
        request.getfixturevalue("stack_can_run")
    # PostgreSQL runs as a user of its own under root, whom pytest's own folders keep out.
    with scratch_folder("journey") as folder:
        where = Installation(request.param, folder, settings=settings)
        link = where.start(
            "--email", "cora@circle.example", "--name", "Cora Sample",
            "--zone", "America/Chicago", "--association", "Sample Circle Association",
        )  # fmt: skip
        yield where, link
        assert where.leave() == 0, "Ctrl-C stops it cleanly"


@pytest.fixture(scope="module")
def story(installation):
    return Story(*installation)
