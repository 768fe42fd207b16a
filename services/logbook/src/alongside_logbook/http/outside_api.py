"""JSON routes of hours from elsewhere: entries, providers, letters that ask them."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside.web.writes import Write
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.providers import Claim
from alongside_logbook.handlers.given import AnswerGiven, answer_given
from alongside_logbook.handlers.outside import (
    ChangeHour,
    HourSaid,
    TakeBack,
    WriteDown,
    Written,
    change_hour,
    take_back,
    write_down,
)
from alongside_logbook.handlers.outside_providers import (
    ChangeProvider,
    CheckProvider,
    CorrectAddress,
    Named,
    NameProvider,
    change_provider,
    check_provider,
    correct_address,
    name_provider,
)
from alongside_logbook.handlers.vouching import (
    Answered,
    Asked,
    AskProvider,
    ask_provider,
)
from alongside_logbook.http.doors import ActorDep, Reading
from alongside_logbook.views.outside import (
    Line,
    OutsideView,
    ProviderView,
    given_view,
    outside_view,
    provider_view,
    providers_view,
)

router = APIRouter(prefix="/api/logbook/v1/outside", tags=["outside"])

Id = Annotated[str, Path(max_length=64)]


class Change(HourSaid):
    """The session as it should have been said."""

    provider_id: str | None = Field(default=None, max_length=64)
    version: int | None = None
    """The version that was looked at; null to take whatever is newest."""
    anyway: bool = False


class Version(BaseModel):
    """The version that was looked at; null to take whatever is newest."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


class ProviderChange(BaseModel):
    """A provider as they should have been named."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=500)
    agency: str | None = Field(default=None, max_length=500)
    claims: tuple[Claim, ...] = Field(default=(), max_length=20)


class LookedUp(BaseModel):
    """What a coordinator found in the registry; without `claims`, just as it was claimed."""

    model_config = ConfigDict(extra="forbid")

    found: bool
    claims: tuple[Claim, ...] | None = Field(default=None, max_length=20)


class Address(BaseModel):
    """The address a provider is really reached at."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=500)


@router.get("")
async def show_outside(uow: Reading, actor: ActorDep) -> OutsideView:
    """Show my hours from elsewhere by provider, with what was asked and answered."""
    return await outside_view(actor, uow)


@router.post("/entries", response_model=Written, status_code=201)
async def post_entries(sent: WriteDown, actor: ActorDep, write: Write) -> Response:
    """Write sessions with one provider down, all or none; 409 for what seems to be here already."""
    return await write(lambda uow: write_down(sent, actor, uow), status=201)


@router.put("/entries/{entry_id}", response_model=EntryVersion)
async def put_entry(entry_id: Id, sent: Change, actor: ActorDep, write: Write) -> Response:
    """Change what I said of a session: a new version, for which the provider is awaited anew."""
    command = ChangeHour(
        entry_id=entry_id,
        said=HourSaid(**sent.model_dump(include=set(HourSaid.model_fields))),
        provider_id=sent.provider_id,
        version=sent.version,
        anyway=sent.anyway,
    )
    return await write(lambda uow: change_hour(command, actor, uow))


@router.post("/entries/{entry_id}/withdraw", response_model=EntryVersion)
async def post_withdrawal(
    entry_id: Id, actor: ActorDep, write: Write, sent: Version | None = None
) -> Response:
    """Take an entry back. What it said stays in its history."""
    command = TakeBack(entry_id=entry_id, version=sent.version if sent else None)
    return await write(lambda uow: take_back(command, actor, uow))


@router.get("/given")
async def list_given(uow: Reading, actor: ActorDep) -> tuple[Line, ...]:
    """List sessions elsewhere that others say I gave, and that wait for my word."""
    return await given_view(actor, uow)


@router.post("/given", response_model=Answered)
async def post_given(sent: AnswerGiven, actor: ActorDep, write: Write) -> Response:
    """Confirm or return sessions that others say I gave, all of those named or none."""
    return await write(lambda uow: answer_given(sent, actor, uow))


@router.get("/providers")
async def list_providers(uow: Reading, actor: ActorDep) -> tuple[ProviderView, ...]:
    """List providers from elsewhere: mine, or for a coordinator all, those to look up first."""
    return await providers_view(actor, uow)


@router.post("/providers", response_model=Named, status_code=201)
async def post_provider(sent: NameProvider, actor: ActorDep, write: Write) -> Response:
    """Name a provider. The same address is always the same provider, or a registered person."""
    return await write(lambda uow: name_provider(sent, actor, uow), status=201)


@router.get("/providers/{provider_id}")
async def show_provider(provider_id: Id, uow: Reading, actor: ActorDep) -> ProviderView:
    """Show a provider, and what was said of them by whom."""
    return await provider_view(provider_id, actor, uow)


@router.put("/providers/{provider_id}", status_code=204)
async def put_provider(
    provider_id: Id, sent: ProviderChange, actor: ActorDep, write: Write
) -> Response:
    """Change what I said of a provider, as long as neither they nor a coordinator spoke."""
    command = ChangeProvider(provider_id=provider_id, **dict(sent))
    return await write(lambda uow: _quiet(change_provider(command, actor, uow)), status=204)


@router.put("/providers/{provider_id}/registry", status_code=204)
async def put_registry(provider_id: Id, sent: LookedUp, actor: ActorDep, write: Write) -> Response:
    """Note, as a coordinator, what the registry says of a provider."""
    command = CheckProvider(provider_id=provider_id, **dict(sent))
    return await write(lambda uow: _quiet(check_provider(command, actor, uow)), status=204)


@router.put("/providers/{provider_id}/address", response_model=Named)
async def put_address(provider_id: Id, sent: Address, actor: ActorDep, write: Write) -> Response:
    """Correct a provider's address; links mailed to the earlier one are dead."""
    command = CorrectAddress(provider_id=provider_id, email=sent.email)
    return await write(lambda uow: correct_address(command, actor, uow))


@router.post("/providers/{provider_id}/ask", response_model=Asked, status_code=201)
async def post_question(provider_id: Id, actor: ActorDep, write: Write) -> Response:
    """Mail a provider a link to all that waits for them; an earlier link is replaced."""
    command = AskProvider(provider_id=provider_id)
    return await write(lambda uow: ask_provider(command, actor, uow), status=201)


async def _quiet(done: Awaitable[object]) -> None:
    await done
