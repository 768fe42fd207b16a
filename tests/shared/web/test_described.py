"""What programs can do, and what is said, is there to be read: whole, and without anything from elsewhere."""

import re
from collections import Counter
from html.parser import HTMLParser

import httpx2
import pytest

from alongside.front import FrontDoor
from alongside.host import create_services
from alongside.settings import SERVICES, Settings

pytestmark = pytest.mark.unit


class Page(HTMLParser):
    """The ids, links and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags[tag] += 1
        if "id" in said:
            self.ids[said["id"] or ""] += 1
        self.links |= {link for name in ("href", "src") if (link := said.get(name))}
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    return FrontDoor(create_services(Settings(data=tmp_path_factory.mktemp("data"))).values())


async def test_routes_and_events_can_be_read(door):
    transport = httpx2.ASGITransport(app=door)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as browser:
        for service in SERVICES:
            base = f"/api/{service}/v1"
            routes = (await browser.get(f"{base}/openapi.json")).json()
            events = (await browser.get(f"{base}/asyncapi.json")).json()
            said = {
                "docs": {*routes["paths"], *routes["components"]["schemas"]},
                "docs/events": {*events["channels"], *events["components"]["messages"]},
            }
            for path, names in said.items():
                answer = await browser.get(f"{base}/{path}")
                assert answer.status_code == 200
                assert ("or a word of a later version" in answer.text) == (
                    path == "docs/events" or service == "scheduler"
                )
                missing = {each for each in names if each not in answer.text}
                assert not missing
                page = Page(answer.text)
                assert page.tags["script"] == 0
                assert [each for each, times in page.ids.items() if times > 1] == []
                anchors = {link[1:] for link in page.links if link.startswith("#")}
                assert anchors <= page.ids.keys()
                assert all(link.startswith(("#", "/")) for link in page.links)
                assert page.headings[0] == 1
                steps = zip(page.headings, page.headings[1:], strict=False)
                assert all(after - before <= 1 for before, after in steps)
                for link in (each for each in page.links if each.startswith(("/api", "/static"))):
                    assert (await browser.head(link)).status_code in {200, 405}, link
