"""A consultant's visits: told to the consultant alone, in words of their own."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from alongside.contracts import Site, VisitLogged, VisitState
from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.view import view_of
from notifier.making import NOW, make_series

pytestmark = pytest.mark.unit

VISITS = make_series(
    members=(),
    title="Visit to Little Acorns",
    purpose="consultation",
    kind="individual",
    site=Site(site_id="site-1", name="Little Acorns", kind="child_care"),
    link=None,
)


def text_of(row):
    mail = message_from_bytes(row.raw, policy=default)
    return mail["Subject"], mail.get_body(("plain",)).get_content()


async def test_the_consultant_alone_is_invited_reminded_and_told_of_changes(notifier):
    life = await notifier.begin(VISITS)
    (invited,) = await notifier.mails()
    subject, text = text_of(invited)
    assert (invited.person_id, invited.kind) == ("ada", "invitation")
    assert subject.startswith("Visit to Little Acorns: ")
    assert "Every 2 weeks on Tuesday, 6 visits." in text
    assert "session" not in text
    assert "lead" not in text
    notifier.clock.set(NOW + timedelta(days=7, hours=1))
    await notifier.tick("remind")
    (_, reminded) = await notifier.mails()
    subject, text = text_of(reminded)
    assert "Visit to Little Acorns in 1 day" in text
    assert "session" not in text.lower()
    await notifier.hear_series(life.cancel(life.keys()[1]))
    await notifier.tell()
    (*_, cancelled) = await notifier.mails()
    subject, text = text_of(cancelled)
    assert subject.startswith("Cancelled: Visit to Little Acorns")
    assert "This visit will not take place:" in text
    assert cancelled.why == "One visit to Little Acorns was cancelled."


def test_the_feed_says_what_it_is_and_what_it_is_not():
    said = feed_fragment(view_of(VISITS, "ada"), Names("Oak", {"ada": "Ada"}), NOW).text
    unfolded = said.replace("\r\n ", "")
    assert "SUMMARY:Visit to Little Acorns" in unfolded
    assert "It is no RSC that anybody receives." in unfolded
    assert "Reflective supervision with" not in unfolded


async def test_a_logged_visit_mails_nobody(notifier):
    await notifier.begin(VISITS)
    before = len(await notifier.mails())
    visit = VisitState(
        series_id="series-1",
        occurrence_key=VISITS.occurrences[0].key,
        version=1,
        consultant_id="ada",
        site_id="site-1",
        started_at=VISITS.occurrences[0].starts_at,
        zone="America/Chicago",
        scheduled_minutes=90,
        held=True,
        minutes=90,
    )
    said = VisitLogged(id=notifier.ids(), occurred_at=notifier.clock.now(), visit=visit)
    await notifier.hear(said)
    await notifier.tell()
    assert len(await notifier.mails()) == before
