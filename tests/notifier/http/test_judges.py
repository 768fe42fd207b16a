"""Whatever we write, in each language: libical, ical.js, node-ical and icalendar find no fault with it,
and show what zoneinfo says.
"""

from dataclasses import dataclass
from datetime import timedelta

import icalendar
import pytest

from alongside.contracts import EntryState, HoursConfirmed, ProgressChanged
from alongside_notifier.domain.view import view_of, whole_view
from judges import ask
from notifier.client import calendar_part, shown_by
from notifier.making import ORIGIN, Life, make_series, person, weekly

pytestmark = pytest.mark.integration

FAULTS = {
    "a REQUEST without ORGANIZER": (
        "METHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\n"
        "DTSTART:20270101T000000Z\r\nEND:VEVENT\r\n"
    ),
    "a line folded wrongly": (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270101T000000Z\r\n"
        "SUMMARY:a\r\nb\r\nEND:VEVENT\r\n"
    ),
    "a zone without a block": (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\n"
        "DTSTART;TZID=America/Chicago:20270101T000000\r\nEND:VEVENT\r\n"
    ),
}


def test_they_find_fault_where_there_is_one():
    texts = [
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{each}END:VCALENDAR\r\n"
        for each in FAULTS.values()
    ]
    tables, said = ask.libical(texts), ask.javascript(texts, "icaljs")
    assert [bool(each.error) for each in tables] == [True, True, False]
    assert [bool(each["icaljs"].error) for each in said] == [False, True, True]
    assert "INVALID-ITIP" in tables[0].error


Span = tuple[str, int, int]
"""What meets, by its UID, and from when until when in seconds."""


@dataclass
class Written:
    """A calendar of ours, and what it should show: (UID, start, end); None: it is all-day."""

    about: str
    text: str
    method: str | None = None
    shown: set[Span] | None = None
    is_part: bool = False
    """Whether it says something of some meetings only."""


class Desk:
    """Everything that was written in the life of a few series, with the truth of that moment."""

    def __init__(self, notifier, browser) -> None:
        self.notifier, self.browser = notifier, browser
        self.lives: list[Life] = []
        self.feeds: dict[str, tuple] = {}
        self.written: list[Written] = []
        self._mails = 0

    async def change(self, state) -> None:
        await self.notifier.hear_series(state)
        await self.tell()

    async def tell(self) -> None:
        await self.notifier.tell()
        rows = await self.notifier.mails()
        for row in rows[self._mails :]:
            text = calendar_part(row.raw)
            (life,) = [each for each in self.lives if f"UID:{each.series.uid}" in text]
            method = "CANCEL" if "METHOD:CANCEL" in text else "REQUEST"
            shown = set()
            if method == "REQUEST":
                shown = spans(view_of(life.series, row.person_id))
            is_part = "RECURRENCE-ID" in text and text.count("BEGIN:VEVENT") == 1
            about = f"{row.kind} to {row.person_id}"
            self.written.append(Written(about, text, method, shown, is_part))
        self._mails = len(rows)
        for life in self.lives:
            life.now = self.notifier.clock.now()

    async def look(self) -> None:
        for about, (path, seen) in self.feeds.items():
            text = (await self.browser.get(path)).text
            shown = None
            if seen is not None:
                views = (seen(life.series) for life in self.lives)
                shown = set().union(*(spans(view) for view in views))
            self.written.append(Written(about, text, None, shown))


def spans(view) -> set[Span]:
    meetings = view.planned() if view else ()
    return {
        (view.series.uid, int(each.starts_at.timestamp()), int(each.ends_at.timestamp()))
        for each in meetings
    }


@pytest.fixture
async def desk(notifier, open_browser):
    """Three series; Ben and Mia in English, Cleo in Spanish; every kind of feed."""
    made = Desk(notifier, await open_browser())
    await notifier.meet(person("cleo", "Cleo Ramírez"))
    cleo, mia = (
        await open_browser("cleo", token=True),
        await open_browser("mia", roles=("coordinator",), token=True),
    )
    await cleo.send("PUT", "/preferences", {"language": "es", "small_changes": True})
    first = await notifier.begin()
    await notifier.meet(person("mia", "Mia", roles=("coordinator",)))
    wall = (notifier.clock.now() + timedelta(days=30)).replace(tzinfo=None, hour=9, minute=30)
    days = [wall + timedelta(days=each) for each in (0, 1, 9, 40, 68, 70, 96, 97, 120)]
    given = weekly(wall, len(days)).model_copy(update={"frequency": "dates", "weekday": None})
    made.lives = [
        first,
        Life(
            make_series(
                given, starts=days, zone_name="Asia/Jerusalem", series_id="series-2",
                uid="01jseries2@supervision.example", group_id="group-2",
                title="Far, away; «quoted» \\ and\u00a0long enough to be folded at an octet of ✓✓✓✓✓✓✓",
            )
        ),
        Life(
            make_series(
                weekly(wall, 1).model_copy(update={"frequency": "once"}), series_id="series-3",
                uid="01jseries3@supervision.example", group_id="group-3", kind="individual",
            )
        ),
    ]  # fmt: skip
    for life in made.lives[1:]:
        await notifier.hear_series(life.series)
    day = (notifier.clock.now() + timedelta(days=60)).date()
    await notifier.hear(
        ProgressChanged(
            id=notifier.ids(), occurred_at=notifier.clock.now(), supervisee_id="ben", version=1,
            category="IFS", required_minutes=1440, counted_minutes=900, pending_minutes=0,
            window_start=day - timedelta(days=700), window_end=day,
        )
    )  # fmt: skip
    ben = await open_browser("ben", token=True)
    ada = await open_browser("ada", roles=("supervisor",), token=True)

    def mine(who):
        return lambda series: view_of(series, who)

    async def feed(about, who, seen, **choice):
        chosen = await who.send("POST", "/feeds", choice, status=201)
        made.feeds[about] = (chosen["address"].removeprefix(ORIGIN), seen)

    for name, who in (("ben", ben), ("cleo", cleo)):
        own = await who.send("GET", "/feed")
        await who.send("PUT", f"/feeds/{own['id']}", {"detail": "full", "hours": True})
        made.feeds[f"own of {name}"] = (own["address"].removeprefix(ORIGIN), mine(name))
        for detail in ("busy", "titles", "full"):
            await feed(f"{detail} of {name}", who, mine(name), detail=detail)

    def led(series):
        return whole_view(series, "ada") if series.group_id == "group-1" else None

    for language in ("en", "es"):
        choice = {"language": language, "group_id": "group-1", "kind": "lead"}
        await feed(f"lead in {language}", ada, led, **choice)
        await feed(f"office in {language}", mia, None, kind="office", language=language)
    return made


async def test_no_judge_finds_fault_and_all_show_what_is_true(desk, notifier):
    life = desk.lives[0]
    keys, today = life.keys(), notifier.clock.now().date()
    await desk.tell()
    await desk.look()
    changes = [
        lambda: life.move(keys[1], timedelta(hours=2)),
        lambda: life.cancel(keys[2]),
        lambda: life.elsewhere(keys[3], "Upstairs"),
        lambda: life.change(place="The barn"),
        lambda: life.lengthen(120),
        lambda: life.restore(keys[2]),
        lambda: life._set(keys[4], provider_id="dora"),
        lambda: desk.lives[1].move(desk.lives[1].keys()[0], timedelta(days=1)),
        lambda: desk.lives[1].cancel(desk.lives[1].keys()[5]),
        lambda: desk.lives[2].move(desk.lives[2].keys()[0], timedelta(hours=-1)),
        lambda: life.join("dora", today),
    ]
    for change in changes:
        await desk.change(change())
    notifier.clock.advance(timedelta(days=9))
    await notifier.hear(confirmed(notifier, life))
    await desk.look()
    assert "✓ 1.50 h confirmed" in desk.written[-12].text
    for change in (
        lambda: life.leave("cleo", today),
        desk.lives[2].end,
        desk.lives[1].end,
        life.end,
    ):
        await desk.change(change())
    await desk.look()
    judge(desk.written)


def confirmed(notifier, life: Life) -> HoursConfirmed:
    """Both sides stand behind the first meeting's hours."""
    first = life.series.occurrences[0]
    entry = EntryState(
        entry_id="entry-1", version=2, supervisee_id="ben", provider_id="ada",
        series_id=life.series.series_id, occurrence_key=first.key, title=life.series.title,
        started_at=first.starts_at, zone=life.series.zone, scheduled_minutes=90, minutes=90,
        status="confirmed",
    )  # fmt: skip
    return HoursConfirmed(id=notifier.ids(), occurred_at=notifier.clock.now(), entry=entry)


def judge(written: list[Written]) -> None:
    texts = [each.text for each in written]
    kinds = {each.about for each in written}
    assert len([each for each in written if each.method]) > 30, kinds
    assert {"REQUEST", "CANCEL", None} == {each.method for each in written}
    assert any("LANGUAGE=es" in each or "//ES" in each for each in texts)
    for each, tables, said in zip(written, ask.libical(texts), ask.javascript(texts), strict=True):
        where = (each.about, each.text)
        assert tables.error == "", where
        calendar = icalendar.Calendar.from_ical(each.text)
        assert not [error for part in calendar.walk() for error in part.errors], where
        assert {verdict.error for verdict in said.values()} == {""}, where
        assert {verdict.method for verdict in said.values()} == {each.method}, where
        check(each, said["icaljs"].instances, where)
        check(each, said["nodeical"].instances, where)
        if each.method is None and each.shown is not None:
            seen = shown_by(each.text.encode())
            times = {(int(start.timestamp()), int(end.timestamp())) for start, end, *_ in seen}
            assert times == {span[1:] for span in each.shown}, where


def check(each: Written, instances, where) -> None:
    assert instances or each.method is None, where
    planned = {
        (uid, start, end) for uid, start, end, status, *_ in instances if status != "CANCELLED"
    }
    if each.method == "CANCEL":
        assert planned == set(), where
    elif each.shown is None:
        assert all((end - start, start % 86400) == (86400, 0) for _, start, end in planned), where
    elif each.is_part:
        assert len(planned) == 1, where
        assert planned <= each.shown, where
    else:
        assert planned == each.shown, where
