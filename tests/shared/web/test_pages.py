import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from alongside.web import times
from alongside.web.navigation import NAVIGATION, navigation_for
from alongside.web.notices import COOKIE
from alongside.web.paths import local_path, redacted

pytestmark = pytest.mark.unit

WINTER = datetime(2026, 1, 13, 16, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 14, 5, 5, tzinfo=UTC)


async def test_text_is_escaped(client) -> None:
    answer = await client.get("/open")
    assert "&lt;b&gt;there&lt;/b&gt;" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "HX-Request" in answer.headers["vary"]


async def test_what_a_template_misses_is_an_error_and_not_a_hole(client) -> None:
    assert (await client.get("/broken")).status_code == 500


async def test_htmx_gets_the_part_and_boosted_links_the_whole(client) -> None:
    part = await client.get("/open", headers={"hx-request": "true"})
    assert part.text.startswith("<p>Hello you")
    whole = await client.get("/open", headers={"hx-request": "true", "hx-boosted": "true"})
    assert whole.text.startswith("<html>")


async def test_the_notice_is_shown_once(client, house) -> None:
    client.headers.update(house.cookie())
    answer = await client.post("/hours", data={"name": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/open")
    left = answer.headers["set-cookie"]
    assert "HttpOnly" in left
    assert "SameSite=lax" in left
    cookie = left.partition(";")[0]
    shown = await client.get("/open", headers={"cookie": cookie})
    assert "<i>good: Saved.</i>" in shown.text
    assert 'alongside-notice=""' in shown.headers["set-cookie"]
    assert "<i>" not in (await client.get("/open")).text


async def test_a_part_leaves_the_notice_for_the_page(client, house) -> None:
    answer = await client.post("/hours", data={"name": "x"}, headers=house.cookie())
    cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    part = await client.get("/open", headers={**cookie, "hx-request": "true"})
    assert "set-cookie" not in part.headers
    assert "Saved." in (await client.get("/open", headers=cookie)).text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "x.y",
        base64.urlsafe_b64encode(json.dumps(["Owned", "bad"]).encode()).decode() + ".",
    ],
)
async def test_a_notice_of_others_is_not_shown(client, value) -> None:
    answer = await client.get("/open", headers={"cookie": f"{COOKIE}={value}"})
    assert answer.status_code == 200
    assert "<i>" not in answer.text


@pytest.mark.parametrize(
    ("roles", "labels"),
    [
        (
            {"supervisee"},
            [
                "Home", "Schedule", "My hours", "Book a session", "Groups", "Calendar apps",
                "Messages",
            ],
        ),
        (
            {"supervisor"},
            [
                "Home", "Schedule", "Attendance", "My hours", "Groups", "Availability", "Visits",
                "Calendar apps", "Messages",
            ],
        ),
        (
            {"coordinator"},
            [
                "Home", "Schedule", "Groups", "Visits", "Calendar apps", "Messages", "People",
                "On track", "Association",
            ],
        ),
        (set(), ["Home", "Schedule", "Groups", "Calendar apps", "Messages"]),
    ],
)  # fmt: skip
def test_one_navigation_by_role(roles, labels) -> None:
    assert [item.label for item in navigation_for(roles)] == labels


def test_numbers_stand_beside_what_waits() -> None:
    found = {item.href: item.count for item in navigation_for({"supervisee"}, {"/hours": 3})}
    assert found["/hours"] == 3
    assert found["/"] == 0
    assert all(item.count == 0 for item in NAVIGATION)


@pytest.mark.parametrize(
    ("instant", "zone", "text"),
    [
        (WINTER, "America/Chicago", "Tue, Jan 13, 2026, 10:00 AM CST (UTC\N{MINUS SIGN}6)"),
        (SUMMER, "America/Chicago", "Tue, Jul 14, 2026, 12:05 AM CDT (UTC\N{MINUS SIGN}5)"),
        (SUMMER, "Asia/Kolkata", "Tue, Jul 14, 2026, 10:35 AM IST (UTC+5:30)"),
        (SUMMER, "America/St_Johns", "Tue, Jul 14, 2026, 2:35 AM NDT (UTC\N{MINUS SIGN}2:30)"),
        (WINTER, "America/Sao_Paulo", "Tue, Jan 13, 2026, 1:00 PM UTC\N{MINUS SIGN}3"),
        (WINTER, "UTC", "Tue, Jan 13, 2026, 4:00 PM UTC"),
        (WINTER, "Europe/Dublin", "Tue, Jan 13, 2026, 4:00 PM GMT (UTC)"),
        (
            WINTER.replace(hour=18),
            "America/Chicago",
            "Tue, Jan 13, 2026, 12:00 PM CST (UTC\N{MINUS SIGN}6)",
        ),
    ],
)
def test_local_times_say_their_zone(instant, zone, text) -> None:
    assert times.local(instant, zone) == text


def test_days() -> None:
    assert times.day(date(2026, 3, 10)) == "Tue, Mar 10, 2026"
    assert times.day(SUMMER, "America/Los_Angeles") == "Mon, Jul 13, 2026"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        times.local(datetime(2026, 1, 1), "UTC")


@pytest.mark.parametrize(
    ("minutes", "hours", "duration"),
    [
        (0, "0.00 h", "0 min"),
        (15, "0.25 h", "15 min"),
        (20, "0 h 20 min", "20 min"),
        (90, "1.50 h", "1 h 30 min"),
        (120, "2.00 h", "2 h"),
        (16 * 90, "24.00 h", "24 h"),
        (61, "1 h 1 min", "1 h 1 min"),
        (63, "1.05 h", "1 h 3 min"),
        (-90, "\N{MINUS SIGN}1.50 h", "\N{MINUS SIGN}1 h 30 min"),
    ],
)
def test_minutes_are_never_rounded(minutes, hours, duration) -> None:
    assert times.hours(minutes) == hours
    assert times.duration(minutes) == duration


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(hours=-2), "2 hours ago"),
        (timedelta(days=3, hours=5), "in 3 days"),
    ],
)
def test_relative(away, text) -> None:
    assert times.relative(WINTER + away, WINTER) == text


def test_filters_speak_in_the_viewers_zone(house) -> None:
    template = house.app.state.web.templates.from_string(
        "{{ at|clock }}|{{ at|clock('UTC') }}|{{ at|relative }}|{{ 90|hours }}|{{ at|zone_name }}"
    )
    text = template.render(at=WINTER, zone="America/Chicago", now=WINTER - timedelta(days=1))
    assert text == "10:00 AM|4:00 PM|in 1 day|1.50 h|CST (UTC\N{MINUS SIGN}6)"
    assert (
        house.app.state.web.templates.from_string("{{ at|clock }}").render(at=WINTER) == "4:00 PM"
    )


@pytest.mark.parametrize(
    "path", ["/", "/hours", "/hours?at=1&x=%2F", "/groups/1#s", "/a//b", "/%2F%2Fevil"]
)
def test_paths_of_our_own(path) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "hours",
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /hours",
        "/a b",
        "javascript:alert(1)",
        "/" + "x" * 2001,
    ],
)
def test_no_other_place_is_gone_to(path) -> None:
    assert local_path(path) == "/"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/feeds/abc.ics", "/feeds/…"),
        ("/feeds/abc/def", "/feeds/…"),
        ("/sign-in/r1.mac?x=1", "/sign-in/…"),
        ("/answer/t0ken", "/answer/…"),
        ("/set-up/t0ken", "/set-up/…"),
        ("/vouch/t0ken", "/vouch/…"),
        ("/check/C0DE", "/check/…"),
        ("/documents/C0DE/pdf", "/documents/…"),
        ("/api/logbook/v1/documents/C0DE/pdf", "/api/logbook/v1/documents/…"),
        ("/sign-in", "/sign-in"),
        ("/hours?person=p1", "/hours"),
        ("/feeds/a\nb", "/feeds/…"),
    ],
)
def test_paths_in_logs(path, shown) -> None:
    assert redacted(path) == shown
