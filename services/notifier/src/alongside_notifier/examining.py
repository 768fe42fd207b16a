"""Whether mail can go out and come in, and addresses are ours: asked by the doctor, at this moment."""

import asyncio
from collections.abc import Sequence

from alongside.db import Database
from alongside.operations.finding import Finding, bad, good
from alongside.settings import Settings
from alongside_notifier.delivery import Away, post_of
from alongside_notifier.desk import Desk
from alongside_notifier.handlers.feed_key import of_another_key
from alongside_notifier.mailbox import Mailbox, MailboxAway

_LONGEST = 10
"""Seconds for which a mail server is waited for."""


async def examine(settings: Settings) -> Sequence[Finding]:
    """Knock at the mail server and at the mailbox. No mail is sent, none is read."""
    return (await _outward(settings), *await _inward(settings))


async def feed_key(database: Database, desk: Desk) -> tuple[Finding, ...]:
    """Look whether the addresses of calendars were made by the key that is here."""
    async with database.read() as session:
        foreign, count = await of_another_key(session, desk)
    if not foreign:
        return ()
    return (
        bad(
            "keys",
            f"feed.key is another than made {len(foreign)} of {count} calendar addresses: they go on, "
            "and cannot be shown to their owners.",
            "Put the key of the backup back, as feed.key or beside it as feed-before.key. Only if it "
            "leaked and was replaced for that: alongside feeds-anew",
        ),
    )


async def _outward(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return good("mail", f"no mail server is set: it goes to {settings.mail_folder.absolute()}")
    post = post_of(settings)
    try:
        async with asyncio.timeout(_LONGEST), post.open():
            return good("mail", "the mail server takes our connection")
    except (Away, TimeoutError) as error:
        return bad(
            "mail",
            f"the mail server cannot be used: {error or 'it did not answer'}",
            "Check ALONGSIDE_SMTP_URL, the network, and whether user and password are right. Mails "
            "wait meanwhile, and are tried for three days.",
        )
    finally:
        await post.close()


async def _inward(settings: Settings) -> tuple[Finding, ...]:
    if settings.imap_url is None:
        return ()
    mailbox = Mailbox(settings.imap_url.get_secret_value())
    try:
        async with asyncio.timeout(_LONGEST):
            await asyncio.to_thread(mailbox.knock)
    except (MailboxAway, TimeoutError) as error:
        return (
            bad(
                "mail",
                f"the mailbox of answers cannot be used: {error or 'it did not answer'}",
                "Check ALONGSIDE_IMAP_URL. Answers by mail wait there meanwhile.",
            ),
        )
    return (good("mail", "the mailbox of answers opens"),)
