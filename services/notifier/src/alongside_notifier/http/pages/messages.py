"""Everything that was sent to me, and why; where mails are files, the out-tray of all."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from math import ceil
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from alongside.contracts import PersonState
from alongside.errors import NotFound
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.pages import PagesDep, redirect
from alongside_notifier.desk import Desk
from alongside_notifier.domain.bounces import FAILURES
from alongside_notifier.domain.upcoming import Upcoming
from alongside_notifier.handlers.intake import try_again
from alongside_notifier.http.reading import OpenWrite, Read, SeesAll, TheDesk
from alongside_notifier.http.upcoming import titles_of, upcoming_for
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

_PAGE = 25
_SHOWN = 8

KINDS = {
    "invitation": "Invitation",
    "changed": "Change",
    "cancelled_occurrence": "Session cancelled",
    "cancelled": "Series cancelled",
    "removed": "Roster",
    "reminder": "Reminder",
    "sign_in": "Sign-in link",
    "attendance_recorded": "Hours to look at",
    "returned": "Hours sent back",
    "milestone": "Milestone",
    "asked": "Asked or answered",
    "awaited": "Your word is awaited",
    "vouch": "Hours to vouch for",
    "vouched": "Your provider answered",
    "unreached": "Your provider was not reached",
    "digest": "Your week",
    "unseen": "Not seen yet",
}

_SHORT = {
    "code": "Code",
    "reminder": "Reminder",
    "change": "Change",
    "unseen": "Not seen yet",
}

_COMING = {
    "change": "Change",
    "reminder": "Reminder",
    "digest": KINDS["digest"],
    "unseen": KINDS["unseen"],
}


@router.get("/messages")
async def messages(
    viewer: CurrentViewer,
    pages: PagesDep,
    read: Read,
    sees_all: SeesAll,
    desk: TheDesk,
    page: int = 1,
    of: str = "",
) -> Response:
    """List mails and short messages, the newest first."""
    everybody = sees_all and of == "all"
    page = max(1, min(page, 10_000))
    found, number = await read.record.listed(
        None if everybody else viewer.person_id, limit=_PAGE, offset=(page - 1) * _PAGE
    )
    person = await read.people.get(viewer.person_id)
    due = []
    if person is not None and not everybody:
        due = await coming_up(person, read, with_titles=True)
    back = await read.bounced.of(person.email) if person else None
    return pages.render(
        "messages.html",
        mails=[_shown(row) if source == "mail" else _short(row, desk) for source, row in found],
        number=number,
        page=page,
        last=max(1, ceil(number / _PAGE)),
        everybody=everybody,
        sees_all=sees_all,
        due=due,
        silent=back if back and back.silent_since else None,
        failures=FAILURES,
    )


@router.post("/messages/try-again")
async def try_address_again(viewer: CurrentViewer, open_uow: OpenWrite) -> Response:
    """Send to the reader's address again, although mails came back from it."""
    async with open_uow() as uow:
        person = await uow.people.get(viewer.person_id)
        if person is None:
            raise NotFound
        await try_again(person, uow)
        await uow.commit()
    return redirect("/messages", "Mail goes to your address again from now on.")


@router.get("/messages/{number}.eml")
async def download(number: int, viewer: CurrentViewer, read: Read, sees_all: SeesAll) -> Response:
    """Give the mail as it is, for a mail program."""
    row = await _mail(number, viewer, read, sees_all=sees_all)
    return Response(
        row.raw,
        media_type="message/rfc822",
        headers={
            "Content-Disposition": f'attachment; filename="message-{number}.eml"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/messages/{number}")
async def message(
    number: int, viewer: CurrentViewer, pages: PagesDep, read: Read, sees_all: SeesAll
) -> Response:
    """Show one mail: its words as text, what goes with it, and what became of it."""
    row = await _mail(number, viewer, read, sees_all=sees_all)
    mail = message_from_bytes(row.raw, policy=default)
    return pages.render(
        "message.html",
        mail=_shown(row),
        mine=row.person_id == viewer.person_id,
        sender=str(mail["From"]),
        text=_text(mail),
        method=_method(mail),
    )


async def _mail(number: int, viewer: Viewer, read: NotifierUow, *, sees_all: bool) -> Any:
    row = await read.mails.get(number)
    if row is None or not (sees_all or row.person_id == viewer.person_id):
        raise NotFound
    return row


async def coming_up(
    person: PersonState, read: NotifierUow, *, with_titles: bool
) -> list[dict[str, Any]]:
    """Return what will be sent next, as pages show it; without titles, not what it is about."""
    upcoming = await upcoming_for(person, read)
    titles = await titles_of(upcoming, read) if with_titles else {}
    return [
        {"what": _coming(each, titles.get(each.series_id or "")), "at": each.at, "why": each.why}
        for each in upcoming[:_SHOWN]
    ]


def _coming(each: Upcoming, title: str | None) -> str:
    what = KINDS.get(each.mail_kind, each.mail_kind) if each.mail_kind else _COMING[each.kind]
    return f"{what}: {title}" if title else what


def _shown(row: Any) -> dict[str, Any]:
    return {
        **_shown_of(row),
        "id": row.id,
        "kind": KINDS.get(row.kind, row.kind),
        "subject": row.subject,
        "recipient": row.recipient,
    }


def _shown_of(row: Any) -> dict[str, Any]:
    return {
        "why": row.why,
        "queued_at": row.queued_at,
        "done_at": row.done_at,
        "state": row.outcome or ("retrying" if row.last_error else "waiting"),
        "reason": row.last_error,
        "next_attempt_at": row.next_attempt_at,
    }


def _short(row: Any, desk: Desk) -> dict[str, Any]:
    offer = desk.channels.get(row.channel)
    by = offer.name if offer else row.channel
    return {
        **_shown_of(row),
        "id": None,
        "kind": f"to {row.hint}",
        "subject": f"{by}: {_SHORT.get(row.kind, row.kind)}",
        "recipient": row.hint,
        "body": row.body,
    }


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _method(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return str(part.get_param("method") or "")
    return None
