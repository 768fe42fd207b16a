"""A real browser before a running installation, shared by the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.people import Somebody
from journey.installation import Installation

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What people do here goes from step to step: undo the shuffling, for this folder alone."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    steps = sorted(
        (items[place] for place in places), key=lambda item: (str(item.path), item.location[1] or 0)
    )
    for place, step in zip(places, steps, strict=True):
        items[place] = step


class Story:
    """What the tests of a module hand on to each other."""

    def __init__(self, where: Installation, link: str, chromium: Browser) -> None:
        self.where = where
        self.link = link
        self.chromium = chromium
        self.people: dict[str, Somebody] = {}
        self.group = ""
        self.series = ""
        self.looked_at: set[str] = set()
        """Kinds of pages that somebody was led to already."""

    def somebody(self, name: str, **device: object) -> Somebody:
        """Return a person with a new browser."""
        if name in self.people:
            self.people.pop(name).context.close()
        made = Somebody(self.chromium, self.where, f"{name}@circle.example", **device)
        self.people[name] = made
        return made


@pytest.fixture(scope="module")
def story(chromium: Browser, tmp_path_factory) -> Iterator[Story]:
    where = Installation("embedded", tmp_path_factory.mktemp("browser"))
    told = Story(where, where.start(), chromium)
    yield told
    for person in told.people.values():
        person.context.close()
    assert where.leave() == 0
