"""The corpus of answers, and the state that each leads to. Nothing but the mail itself is needed."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_notifier.domain.answers import Given, Refused, Unchanged, judge, read_reply
from alongside_notifier.domain.told import Told, ToldMeeting
from notifier import corpus
from notifier.corpus import as_sent
from notifier.making import MAIL_FROM, make_series

pytestmark = pytest.mark.unit

TOKEN, OTHER = "a1b2c3", "d4e5f6"
NOW = datetime(2027, 1, 5, 15, tzinfo=UTC)
SECOND = "20270126T1000"
AT_NOON = datetime(2027, 1, 26, 18, tzinfo=UTC)
AT_ONE = datetime(2027, 1, 26, 19, tzinfo=UTC)
ROAD = "I am on the road that day, sorry."
TRAVEL = "Estaré de viaje, ¿otro día?"
UTC_SECOND = "RECURRENCE-ID:20270126T160000Z"
HERE_SECOND = "RECURRENCE-ID;TZID=America/Chicago:20270126T100000"


def form(said="utf-8", written="utf-8", cte="8bit", **facts):
    return corpus.in_charset(TOKEN, said=said, written=written, cte=cte, **facts)


# name: (mail, answer, occurrence, comment, proposed start); an answer of None is refused.
SHAPES = {
    "google": (corpus.google(TOKEN), "accepted", None, "", None),
    "google, one": (corpus.google(TOKEN, recurrence=UTC_SECOND), "accepted", SECOND, "", None),
    "google, maybe": (corpus.google(TOKEN, answer="TENTATIVE"), "tentative", None, "", None),
    "google, another time": (corpus.google_counter(TOKEN), "proposed", SECOND, "", AT_ONE),
    "outlook.com": (corpus.outlook_com(TOKEN), "accepted", None, "", None),
    "outlook.com, no": (corpus.outlook_com(TOKEN, answer="DECLINED"), "declined", None, "", None),
    "exchange, one": (corpus.exchange(TOKEN), "declined", SECOND, ROAD, None),
    "exchange, another time": (
        corpus.counter(TOKEN), "proposed", SECOND, "Could we begin at noon?", AT_NOON,
    ),
    "apple": (corpus.apple(TOKEN), "tentative", None, "", None),
    "apple, one": (
        corpus.apple(TOKEN, answer="DECLINED").replace("SEQUENCE:0", f"SEQUENCE:0\n{HERE_SECOND}"),
        "declined", SECOND, "", None,
    ),
    "apple, as a file": (corpus.attached_only(TOKEN), "accepted", None, "", None),
    "thunderbird": (corpus.thunderbird(TOKEN), "accepted", None, "", None),
    "delegated": (
        corpus.delegated(TOKEN), "declined", None, "Delegated to somebody else.", None,
    ),
    "delegated, alone": (
        corpus.google(TOKEN, answer="DELEGATED"), "declined", None,
        "Delegated to somebody else.", None,
    ),
    "one, by its day": (
        corpus.plain(TOKEN, lines="RECURRENCE-ID;VALUE=DATE:20270126"), "accepted", SECOND, "", None,
    ),
    "one, floating": (
        corpus.plain(TOKEN, lines="RECURRENCE-ID:20270126T100000"), "accepted", SECOND, "", None,
    ),
    "utf-8": (form(), "accepted", None, TRAVEL, None),
    "utf-8, base64": (form(cte="base64"), "accepted", None, TRAVEL, None),
    "utf-8, quoted": (form(cte="quoted-printable"), "accepted", None, TRAVEL, None),
    "utf-8, said to be ascii": (form("us-ascii"), "accepted", None, TRAVEL, None),
    "utf-8 with a mark": (form(written="utf-8-sig", cte="base64"), "accepted", None, TRAVEL, None),
    "windows": (form("windows-1252", "cp1252", "base64"), "accepted", None, TRAVEL, None),
    "windows, not said": (form("", "cp1252", "base64"), "accepted", None, TRAVEL, None),
    "latin, quoted": (
        form("iso-8859-1", "latin-1", "quoted-printable"), "accepted", None, TRAVEL, None,
    ),
    "no such charset": (form("x-nowhere"), "accepted", None, TRAVEL, None),
    "utf-16": (form("utf-16", "utf-16", "base64"), "accepted", None, TRAVEL, None),
    "lines of one newline": (
        corpus.plain(TOKEN).encode(), "accepted", None, "", None,
    ),
    "forged": (corpus.google(OTHER), None, None, "another", None),
    "for somebody else": (
        corpus.google(TOKEN, attendee="cleo@people.example"), None, None, "another", None,
    ),
    "to nobody's address": (corpus.apple(""), None, None, "address", None),
    "by a delegate": (corpus.plain(TOKEN, attendee="somebody@people.example"), None, None, "Nobody", None),
    "no such session": (
        corpus.plain(TOKEN, lines="RECURRENCE-ID:20270127T160000Z"), None, None, "no meeting", None,
    ),
    "not an answer": (corpus.plain(TOKEN, method="REQUEST"), None, None, "no calendar answer", None),
    "no word": (corpus.plain(TOKEN, answer="NEEDS-ACTION"), None, None, "understand", None),
    "base64 that is none": (
        form(cte="base64").replace(b"QkVHSU4", b"%%%%%%%"), None, None, "no calendar answer", None,
    ),
}  # fmt: skip


def judged(raw, *, told=None, previous=None, series=None):
    reply = read_reply(raw if isinstance(raw, bytes) else as_sent(raw), MAIL_FROM)
    if isinstance(reply, Refused):
        return reply
    expected = {"ben@people.example": TOKEN, "cleo@people.example": "0f0f0f"}
    return judge(
        reply,
        series=series or make_series(),
        expected_token=expected.get(reply.attendee),
        told=told or Told(standing="invited", sequence=0),
        previous=previous,
        now=NOW,
    )


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_leads_to_its_state(name):
    raw, answer, key, note, start = SHAPES[name]
    verdict = judged(raw)
    if answer is None:
        assert isinstance(verdict, Refused)
        words = {"another": "only this person"}.get(note, note)
        assert words in verdict.reason
        return
    assert isinstance(verdict, Given), verdict
    assert (verdict.answer, verdict.key, verdict.note, verdict.proposed_start) == (
        answer, key, note, start,
    )  # fmt: skip


def test_what_is_stale_or_known_says_nothing_new():
    reply = corpus.google(TOKEN)
    assert isinstance(judged(reply, told=Told(standing="invited", sequence=1)), Unchanged)
    moved = ToldMeeting(starts_at=NOW, ends_at=NOW, sequence=3)
    one = Told(standing="invited", sequence=0, meetings={SECOND: moved})
    assert isinstance(judged(corpus.exchange(TOKEN), told=one), Unchanged)
    assert isinstance(judged(corpus.exchange(TOKEN, sequence=3), told=one), Given)
    assert isinstance(judged(reply, told=Told(standing="removed", sequence=0)), Unchanged)
    assert isinstance(judged(reply, told=Told()), Refused)
    given = judged(reply)
    for sequence, hours, outcome in (
        (0, 0, Unchanged),
        (0, 1, Unchanged),
        (0, -1, Given),
        # The page knew of a change that their calendar was not told yet; their later word counts.
        (1, -1, Given),
        (1, 1, Unchanged),
    ):
        previous = Given("declined", sequence, given.stamp + timedelta(hours=hours))
        assert isinstance(judged(reply, previous=previous), outcome), (sequence, hours)
