"""Signing in by a mailed link, signing out, and API tokens."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from alongside.contracts import SignedOut, SignInLinkRequested
from alongside.errors import Gone, Invalid, NotFound
from alongside.web.ended import on_signed_out
from alongside.web.paths import local_path
from alongside.web.tokens import SCOPES, SESSION_LIFETIME
from alongside_scheduler.domain.words import checked_email, checked_text
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import PersonRow, SignInRequestRow, SignInRow
from alongside_scheduler.store.uow import SchedulerUow

LINK_LIFETIME = timedelta(minutes=15)
MOST_LINKS = 5
"""Links that one address gets within the lifetime of a link."""

TOKEN_LIFETIME = timedelta(days=365)
LONGEST_LABEL = 100


class LinkUsed(Gone):
    """This sign-in link was used already, or is older than 15 minutes. Ask for a new one."""

    code = "link_used"
    title = "This link no longer works"


class RequestLink(Command):
    """Whose address asks for a link, and where to go after."""

    email: str
    next_path: str | None = None


class CreateToken(Command):
    """An API token to be made."""

    label: str = Field(description="What it is for.", examples=["Nightly export"])
    scopes: list[str] = Field(default=["read"], description="read, or write (which includes read).")
    days: int = Field(default=90, ge=1, le=365)


class TokenView(BaseModel):
    """A token, without the secret."""

    token_id: str
    label: str
    scopes: tuple[str, ...]
    begun_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: SignInRow) -> "TokenView":
        """Return the view of a row."""
        return cls(
            token_id=row.id,
            label=row.label,
            scopes=row.scopes or (),
            begun_at=row.begun_at,
            expires_at=row.expires_at,
        )


@dataclass(frozen=True)
class Begun:
    """A sign-in or token that has begun, with everything that is signed."""

    person: PersonRow
    sign_in: SignInRow
    next_path: str = "/"

    @property
    def lifetime(self) -> timedelta:
        """How long it lasts."""
        return self.sign_in.expires_at - self.sign_in.begun_at


async def request_link(command: RequestLink, uow: SchedulerUow) -> None:
    """Have a link mailed, if this address is known and has not asked too often.

    The caller answers the same in every case, so that nobody learns who is registered.
    """
    person = await uow.people.by_email(checked_email("email", command.email))
    if person is None:
        return
    person = await uow.people.get(person.id, for_change=True)
    if await uow.sign_ins.asked_since(person.id, uow.now - LINK_LIFETIME) >= MOST_LINKS:
        return
    row = await _ask(person, uow, command.next_path)
    await uow.emit(
        SignInLinkRequested(
            id=uow.new_id(),
            occurred_at=uow.now,
            request_id=row.id,
            person_id=person.id,
            expires_at=row.expires_at,
            next_path=row.next_path,
        )
    )


async def make_link(email: str, uow: SchedulerUow) -> str:
    """Make a link for an operator to hand over; return the id that its seal belongs to."""
    return (await _ask(await registered(email, uow), uow, None)).id


async def registered(email: str, uow: SchedulerUow) -> PersonRow:
    """Return who has this address. For operators: it tells who is registered."""
    person = await uow.people.by_email(checked_email("email", email))
    if person is None:
        raise NotFound(f"Nobody is registered with the address {email}.")
    return person


async def consume_link(request_id: str, uow: SchedulerUow) -> Begun:
    """Use a link up and begin a sign-in; a used or stale link raises `LinkUsed`."""
    request = await uow.sign_ins.consume(request_id, uow.now)
    person = await uow.people.find(request.person_id) if request else None
    if request is None or person is None or person.left_at is not None:
        raise LinkUsed
    return replace(await begin(person.id, uow), next_path=local_path(request.next_path))


async def begin(person_id: str, uow: SchedulerUow) -> Begun:
    """Begin a sign-in in a browser, for somebody who has proved who they are."""
    person = await uow.people.get(person_id)
    row = SignInRow(
        id=uow.new_id(),
        person_id=person.id,
        kind="browser",
        begun_at=uow.now,
        expires_at=uow.now + SESSION_LIFETIME,
    )
    await uow.sign_ins.keep(row)
    return Begun(person=person, sign_in=row)


async def check_link(request_id: str, uow: SchedulerUow) -> None:
    """Raise `LinkUsed` unless this link would work now. Nothing is used up."""
    request = await uow.sign_ins.request(request_id)
    if request is None or request.used_at is not None or request.expires_at <= uow.now:
        raise LinkUsed


async def create_token(person_id: str, command: CreateToken, uow: SchedulerUow) -> Begun:
    """Begin an API token for a person: their own roles, within the scopes asked for."""
    label = checked_text("label", command.label, LONGEST_LABEL)
    if not command.scopes or set(command.scopes) - set(SCOPES):
        raise Invalid(f"Scopes are: {', '.join(SCOPES)}.", field="scopes")
    person = await uow.people.get(person_id)
    row = SignInRow(
        id=uow.new_id(),
        person_id=person.id,
        kind="token",
        label=label,
        scopes=tuple(scope for scope in SCOPES if scope in command.scopes),
        begun_at=uow.now,
        expires_at=uow.now + timedelta(days=command.days),
    )
    await uow.sign_ins.keep(row)
    return Begun(person=person, sign_in=row)


async def end_sign_in(person_id: str, session_id: str, uow: SchedulerUow) -> None:
    """Sign out, or take an API token back: every service refuses it from now on."""
    row = await uow.sign_ins.get(session_id, person_id)
    if row.ended_at is not None:
        return
    row.ended_at = uow.now
    await uow.sign_ins.keep(row)
    said = SignedOut(
        id=uow.new_id(),
        occurred_at=uow.now,
        person_id=person_id,
        session_id=session_id,
        expires_at=row.expires_at,
    )
    await uow.emit(said)
    await on_signed_out(said, uow)


async def _ask(person: PersonRow, uow: SchedulerUow, next_path: str | None) -> SignInRequestRow:
    path = local_path(next_path, "")
    row = SignInRequestRow(
        id=uow.new_id(),
        person_id=person.id,
        asked_at=uow.now,
        expires_at=uow.now + LINK_LIFETIME,
        next_path=path if path and len(path) <= 500 else None,  # noqa: PLR2004  # the column's length
    )
    await uow.sign_ins.keep_request(row)
    return row
