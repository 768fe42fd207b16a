"""Mails that were given up, for an operator: which kind, why and since when, and never to whom."""

import re
from collections.abc import Sequence

from sqlalchemy import select, update

from alongside.errors import NotFound
from alongside.service import Undone
from alongside_notifier.domain.bounces import FAILURES, failure_of
from alongside_notifier.figures import LATELY
from alongside_notifier.handlers.tell import OpenUow
from alongside_notifier.store.tables import MAILS
from alongside_notifier.store.uow import NotifierUow

_MOST = 100
_CODE = re.compile(r"\b([245]\d\d)\b")


class GivenUpMails:
    """What the mail server refused for good, or did not take for days."""

    title = "Mails given up within seven days"

    def __init__(self, open_uow: OpenUow) -> None:
        self._open_uow = open_uow

    async def listed(self) -> Sequence[Undone]:
        """Return them, the newest first."""
        async with self._open_uow() as uow:
            rows = await uow.session.execute(
                select(MAILS.c.id, MAILS.c.kind, MAILS.c.last_error, MAILS.c.done_at)
                .where(MAILS.c.outcome == "failed", MAILS.c.done_at > uow.now - LATELY)
                .order_by(MAILS.c.done_at.desc())
                .limit(_MOST)
            )
        return [
            Undone(row.id, row.kind.replace("_", " "), why(row.last_error or ""), row.done_at)
            for row in rows
        ]

    async def again(self, number: int, uow: NotifierUow) -> None:
        """Put one back into the queue, to be tried now: once more if it is older than three days."""
        found = await uow.session.execute(
            update(MAILS)
            .where(MAILS.c.id == number, MAILS.c.outcome == "failed")
            .values(outcome=None, done_at=None, attempts=0, next_attempt_at=uow.now)
            .returning(MAILS.c.id)
        )
        if found.first() is None:
            raise NotFound


def why(reason: str) -> str:
    """Return of which class a failure is. What the server said may name the person."""
    code = _CODE.search(reason)
    said = f" ({code[1]})" if code else ""
    if reason.startswith("Given up"):
        return f"Not taken for three days{said}."
    return f"{FAILURES[failure_of(reason)].rstrip('.')}{said}."
