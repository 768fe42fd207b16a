import httpx2
import pytest

from alongside.observability import metrics
from alongside.web.guards import RateLimit, SameOrigin

pytestmark = pytest.mark.unit

OURS = "https://hours.example.org"
BROWSER = "Mozilla/5.0 (X11)"


def scope(method: str = "POST", path: str = "/hours", **headers: str):
    return {
        "type": "http",
        "method": method,
        "path": path,
        "client": ("192.0.2.1", 1),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "anything"}, False),
        ({"sec_fetch_site": "cross-site", "origin": OURS}, False),
        ({"sec_fetch_site": "same-origin", "origin": "http://localhost:8000"}, True),
        ({"origin": OURS}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://hours.example.org.evil.example"}, False),
        ({"origin": "http://hours.example.org"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example", "host": "evil.example"}, False),
        ({}, True),
        ({"user_agent": BROWSER}, True),
        ({"cookie": "__Host-alongside=x", "user_agent": "python-httpx"}, True),
        ({"cookie": "__Host-alongside=x", "user_agent": BROWSER}, False),
        ({"cookie": "other=x", "user_agent": BROWSER}, True),
        ({"authorization": "Bearer x", "sec_fetch_site": "cross-site"}, True),
        ({"authorization": "Basic x", "sec_fetch_site": "cross-site"}, False),
    ],
)
def test_unsafe_methods_come_from_here(method, headers, passes) -> None:
    guard = SameOrigin(OURS, "__Host-alongside")
    assert (guard(scope(method, **headers)) is None) is passes


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_is_free(method) -> None:
    guard = SameOrigin(OURS, "__Host-alongside")
    assert guard(scope(method, sec_fetch_site="cross-site", origin="https://evil.example")) is None


async def test_a_foreign_form_does_nothing(client, house) -> None:
    headers = {**house.cookie(), "sec-fetch-site": "cross-site", "accept": "text/html"}
    answer = await client.post("/hours", data={"name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert house.made == []
    own = {**headers, "sec-fetch-site": "same-origin"}
    assert (await client.post("/hours", data={"name": "x"}, headers=own)).status_code == 303
    assert house.made == ["x"]


async def test_a_wrong_origin_is_told_the_right_one(client, house) -> None:
    headers = {**house.cookie(), "origin": "http://192.0.2.9:8000", "accept": "application/json"}
    answer = await client.post("/hours", data={"name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert house.settings.origin in answer.json()["detail"]


async def test_doors_are_counted_tighter(client) -> None:
    codes = [(await client.post("/sign-in")).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    answer = await client.post("/sign-in", headers={"accept": "application/json"})
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["code"] == "rate_limited"
    page = await client.post("/sign-in", headers={"accept": "text/html"})
    assert page.status_code == 429
    assert "wait a little" in page.text
    # Other doors, and other addresses, are not closed by it.
    assert (await client.get("/open")).status_code == 200


async def test_another_address_is_counted_by_itself(client, house) -> None:
    for _ in range(4):
        await client.post("/sign-in")
    transport = httpx2.ASGITransport(house.app, client=("192.0.2.77", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as other:
        assert (await other.post("/sign-in")).status_code == 200


def test_writes_and_anything() -> None:
    limit = RateLimit(anything="5/minute", writes="2/minute")
    writes = [limit(scope(path="/api/logbook/v1/things")) for _ in range(3)]
    assert [each is None for each in writes] == [True, True, False]
    looks = [limit(scope("GET")) for _ in range(3)]
    assert [each is None for each in looks] == [True, True, False]


def test_whoever_checks_documents_is_counted_however_they_ask() -> None:
    limit = RateLimit(checks="2/minute")
    asked = [limit(scope(method, path="/check/C0DE")) for method in ("GET", "POST", "GET")]
    assert [each is None for each in asked] == [True, True, False]
    assert limit(scope("GET", path="/hours")) is None


def test_a_broken_counter_closes_no_door(monkeypatch) -> None:
    limit = RateLimit()

    def broken(*_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(limit._anything.limiter, "hit", broken)
    before = metrics.RATE_LIMIT_FAILURES._value.get()
    assert limit(scope()) is None
    assert metrics.RATE_LIMIT_FAILURES._value.get() == before + 1


BIG = "/api/logbook/v1/big"
THINGS = "/api/logbook/v1/things"


async def chunks(count: int):
    for _ in range(count):
        yield b"x" * 1024


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_body(client, house, announced) -> None:
    content = b"x" * (1025 * 1024) if announced else chunks(1025)
    headers = {**house.bearer(), "content-type": "application/json"}
    answer = await client.post(THINGS, content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_form_is_a_page(client, announced) -> None:
    content = b"name=" + b"x" * (1025 * 1024) if announced else chunks(1025)
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    answer = await client.post("/forms", content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "Too large" in answer.text


async def test_a_path_may_take_more(client) -> None:
    assert (await client.post(BIG, content=b"x" * 1500 * 1024)).json() == {"bytes": 1500 * 1024}
    assert (await client.post(BIG, content=chunks(1500))).json() == {"bytes": 1500 * 1024}
    assert (await client.post(BIG, content=chunks(2049))).status_code == 413


async def test_a_length_that_is_no_number(client) -> None:
    answer = await client.post(BIG, content=b"", headers={"content-length": "many"})
    assert answer.status_code == 400
