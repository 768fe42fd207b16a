"""Mails that come back: read, believed only from who had the mail, and in the end no more are sent."""

from datetime import timedelta

import pytest

from alongside.contracts import SignInLinkRequested
from alongside_notifier.domain.addresses import tagged
from alongside_notifier.domain.bounces import failure_of, read_bounce
from alongside_notifier.domain.silence import WITHIN
from alongside_notifier.handlers.intake import take_mail, try_again
from notifier import corpus, reports
from notifier.making import MAIL_FROM, person

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("550 5.1.1 no such person", "no_such_address"),
        ("5.1.10 smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", "no_such_address"),
        ("550 5.2.1 account disabled", "no_such_address"),
        ("552-5.2.2 over quota", "full"),
        ("550 5.7.1 blocked by policy", "policy"),
        ("554 5.7.26 unauthenticated", "policy"),
        ("550 rejected", "other"),
        ("554 transaction failed", "other"),
        ("", "other"),
    ],
)
def test_what_a_status_means(said, failure):
    assert failure_of(said) == failure


@pytest.mark.parametrize(
    ("shape", "failure", "words"),
    [
        (reports.postfix, "no_such_address", "User unknown"),
        (reports.exchange, "no_such_address", "RecipientNotFound"),
        (reports.google, "full", "out of storage"),
    ],
)
def test_reports_are_read(shape, failure, words):
    found = read_bounce(shape(tagged(MAIL_FROM, "abc"), "<m1@supervision.example>"), MAIL_FROM)
    assert found is not None
    assert (found.recipient, found.final, found.failure) == ("ben@people.example", True, failure)
    assert words in found.diagnosis
    assert found.message_id == "<m1@supervision.example>"
    assert found.tokens == {"abc"}


def test_what_is_no_report_is_none():
    assert read_bounce(corpus.as_sent(corpus.google("abc")), MAIL_FROM) is None
    relayed = reports.postfix(MAIL_FROM, "<m1@x>", action="relayed", status="2.0.0")
    assert read_bounce(relayed, MAIL_FROM) is None
    assert read_bounce(b"", MAIL_FROM) is None
    assert read_bounce(b"Content-Type: multipart/report\r\n\r\nnothing", MAIL_FROM) is None


class Post:
    """Ben's post: what was sent to him, and what comes back."""

    def __init__(self, notifier):
        self.notifier = notifier
        self.address = tagged(MAIL_FROM, notifier.desk.reply_token("ben"))

    async def mails(self):
        return [row for row in await self.notifier.mails() if row.person_id == "ben"]

    async def last(self):
        return (await self.mails())[-1]

    async def sent(self):
        """Take the newest mail for one that a server took."""
        await self.notifier.tick("send")
        return await self.last()

    async def take(self, raw):
        async with self.notifier.app.uow() as uow:
            taken = await take_mail(raw, uow, self.notifier.desk)
            await uow.commit()
        return taken

    async def something_new(self, title):
        series = await self.series()
        await self.notifier.hear_series(
            series.model_copy(
                update={
                    "version": series.version + 1,
                    "sequence": series.sequence + 1,
                    "master_sequence": series.master_sequence + 1,
                    "duration_minutes": series.duration_minutes + 5,
                    "title": title,
                }
            )
        )
        await self.notifier.tell()
        return await self.last()

    async def series(self):
        async with self.notifier.app.uow() as uow:
            return await uow.series.get("series-1")


@pytest.fixture
async def post(notifier):
    await notifier.begin()
    return Post(notifier)


async def test_an_address_that_is_gone_is_left_alone(post, notifier):
    mail = await post.sent()
    taken = await post.take(reports.postfix(post.address, mail.message_id))
    assert (taken.outcome, taken.person_id) == ("bounced", "ben")
    assert (await post.last()).outcome == "bounced"
    assert "User unknown" in (await post.last()).last_error
    withheld = await post.something_new("Another title")
    assert withheld.outcome == "withheld"
    assert withheld.last_error.startswith("Not sent: mails to this address come back.")
    await notifier.tick("send")
    assert (await post.last()).outcome == "withheld"


async def test_sign_in_links_are_tried_all_the_same(post, notifier):
    mail = await post.sent()
    await post.take(reports.postfix(post.address, mail.message_id))
    await notifier.hear(
        SignInLinkRequested(
            id=notifier.ids(),
            occurred_at=notifier.clock.now(),
            request_id="r1",
            person_id="ben",
            expires_at=notifier.clock.now() + timedelta(minutes=15),
        )
    )
    assert (await post.last()).kind == "sign_in"
    assert (await post.last()).outcome is None


async def test_mails_that_waited_are_not_sent_either(post, notifier):
    mail = await post.sent()
    waiting = await post.something_new("Another title")
    assert waiting.outcome is None
    await post.take(reports.postfix(post.address, mail.message_id))
    assert (await post.last()).outcome == "withheld"


async def test_a_full_mailbox_is_tried_three_times(post):
    for number in range(3):
        mail = await post.sent() if number == 0 else await post.something_new(f"Title {number}")
        assert mail.outcome != "withheld", number
        await post.sent()
        taken = await post.take(reports.google(post.address, mail.message_id))
        assert taken.outcome == "bounced", taken
    assert (await post.something_new("Once more")).outcome == "withheld"


async def test_failures_long_ago_do_not_add_up(post, notifier):
    for number in range(3):
        mail = await post.sent() if number == 0 else await post.something_new(f"Title {number}")
        await post.sent()
        await post.take(reports.google(post.address, mail.message_id))
        notifier.clock.advance(WITHIN + timedelta(days=1))
    async with notifier.app.uow() as uow:
        assert (await uow.bounced.of("BEN@people.example")).strikes == 1


async def test_a_mail_that_is_only_late_changes_nothing(post):
    mail = await post.sent()
    late = reports.postfix(post.address, mail.message_id, action="delayed", status="4.4.1")
    assert (await post.take(late)).outcome == "bounced"
    assert (await post.last()).outcome == "sent"
    assert (await post.something_new("Another title")).outcome is None


@pytest.mark.parametrize("forged", ["no such mail", "no token", "another's token"])
async def test_a_report_by_somebody_who_never_had_the_mail_is_refused(post, notifier, forged):
    mail = await post.sent()
    address = {
        "no such mail": post.address,
        "no token": MAIL_FROM,
        "another's token": tagged(MAIL_FROM, notifier.desk.reply_token("cleo")),
    }[forged]
    message_id = "<other@supervision.example>" if forged == "no such mail" else mail.message_id
    assert (await post.take(reports.postfix(address, message_id))).outcome == "refused"
    assert (await post.something_new("Another title")).outcome is None


async def test_the_same_report_twice_is_one_strike(post, notifier):
    mail = await post.sent()
    report = reports.google(post.address, mail.message_id)
    assert (await post.take(report)).outcome == "bounced"
    assert (await post.take(report)).outcome == "seen"
    async with notifier.app.uow() as uow:
        assert (await uow.bounced.of("ben@people.example")).strikes == 1


@pytest.mark.parametrize("way", ["asks", "answers", "moves"])
async def test_mail_goes_out_again_once_the_address_is_known_to_work(post, notifier, way):
    mail = await post.sent()
    await post.take(reports.postfix(post.address, mail.message_id))
    async with notifier.app.uow() as uow:
        ben = await uow.people.get("ben")
    if way == "asks":
        async with notifier.app.uow() as uow:
            assert await try_again(ben, uow)
            assert not await try_again(ben, uow)
            await uow.commit()
    elif way == "answers":
        notifier.clock.advance(timedelta(hours=2))
        answer = corpus.google(notifier.desk.reply_token("ben"))
        assert (await post.take(corpus.as_sent(answer))).outcome == "taken"
    else:
        await notifier.meet(person("ben", version=ben.version + 1, email="ben@new.example"))
    assert (await post.something_new("Another title")).outcome is None
