"""Providers from elsewhere: who they are, whether they were looked up; and the word of those who sign in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from alongside.errors import AlongsideError, Conflict, Invalid
from alongside.web.auth import AsCoordinator, CurrentViewer
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.providers import REGISTRY
from alongside_logbook.domain.vouching import Answer
from alongside_logbook.domain.words import counted as say_count
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.given import AnswerGiven, answer_given
from alongside_logbook.handlers.outside_providers import (
    ChangeProvider,
    CheckProvider,
    CorrectAddress,
    change_provider,
    check_provider,
    correct_address,
)
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.pages.outside_forms import (
    MODES,
    answers_of,
    claim_words,
    claims_before,
    claims_of,
    typed_claims,
)
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.outside import Line, given_view, provider_view, providers_view

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Path(max_length=64)]


@router.get("/hours/outside/given")
async def given_page(
    pages: PagesDep, _viewer: CurrentViewer, uow: Reading, actor: ActorDep
) -> Response:
    """Show the sessions elsewhere that others say this person gave."""
    return _given(pages, await given_view(actor, uow))


@router.post("/hours/outside/given")
async def answer_page(
    request: Request, pages: PagesDep, _viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Confirm what is ticked, return the rest with the reasons given."""
    form = await form_data(request)
    asked = set(form.many("asked"))
    async with doors.reading() as uow:
        # Only what stood on the page is answered: something may have come since.
        lines = tuple(
            line
            for line in await given_view(actor, uow)
            if f"{line.entry_id}:{line.version}" in asked
        )
    if not lines:
        return redirect("/hours/outside/given", "That was changed or answered meanwhile.", "warn")
    answers = answers_of(form, lines)
    try:
        async with doors.writing() as uow:
            done = await answer_given(AnswerGiven(answers=answers), actor, uow)
    except (Invalid, Conflict) as error:
        errors = {
            name if name == "_" else f"reason-{name}": words
            for name, words in FormErrors.of(error).items()
        }
        return _given(pages, lines, errors=errors, status=error.status, answers=answers)
    return redirect(
        "/hours/outside/given",
        f"{say_count(done.confirmed, 'session')} confirmed, {done.returned} sent back.",
    )


@router.get("/hours/outside/providers")
async def providers_page(
    pages: PagesDep, _viewer: AsCoordinator, uow: Reading, actor: ActorDep
) -> Response:
    """Show a coordinator all providers from elsewhere, those to look up first."""
    found = await providers_view(actor, uow)
    return pages.render(
        "providers.html",
        providers=found,
        registry=REGISTRY,
        unchecked=sum(1 for each in found if each.registry == "unchecked"),
        **claim_words(),
    )


@router.get("/hours/outside/providers/{provider_id}")
async def provider_page(
    pages: PagesDep, _viewer: CurrentViewer, uow: Reading, actor: ActorDep, provider_id: Id
) -> Response:
    """Show one provider: what they are said to hold, who said so, who looked it up."""
    return await _provider(pages, provider_id, actor, uow)


@router.post("/hours/outside/providers/{provider_id}")
async def save_page(
    request: Request,
    pages: PagesDep,
    _viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    provider_id: Id,
) -> Response:
    """Change what is said of a provider; or, as a coordinator, note what the registry says."""
    form = await form_data(request)
    found = form.text("found")
    try:
        claims = claims_of(form)
        async with doors.writing() as uow:
            if found in {"yes", "no"}:
                command = CheckProvider(
                    provider_id=provider_id,
                    found=found == "yes",
                    claims=claims if found == "yes" else None,
                )
                await check_provider(command, actor, uow)
            else:
                await change_provider(
                    ChangeProvider(
                        provider_id=provider_id,
                        name=form.text("name"),
                        agency=form.text("agency"),
                        claims=claims,
                    ),
                    actor,
                    uow,
                )
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _provider(pages, provider_id, actor, uow, error=error, typed=form)
    return redirect(f"/hours/outside/providers/{provider_id}", "Saved.")


@router.post("/hours/outside/providers/{provider_id}/address")
async def address_page(
    request: Request,
    pages: PagesDep,
    _viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    provider_id: Id,
) -> Response:
    """Correct a provider's address."""
    form = await form_data(request)
    try:
        async with doors.writing() as uow:
            command = CorrectAddress(provider_id=provider_id, email=form.text("email"))
            named = await correct_address(command, actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _provider(pages, provider_id, actor, uow, error=error, typed=form)
    notice = (
        f"{named.name} has an account here, and confirms when they sign in."
        if named.registered
        else "Corrected. Links to the earlier address no longer work: ask again."
    )
    return redirect("/hours/outside", notice)


def _given(
    pages: PagesDep,
    lines: tuple[Line, ...],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
    answers: tuple[Answer, ...] = (),
) -> Response:
    return pages.render(
        "given.html",
        status=status,
        lines=lines,
        errors=errors or {},
        wrong={answer.entry_id: answer.reason for answer in answers if not answer.right},
        modes=MODES,
    )


async def _provider(
    pages: PagesDep,
    provider_id: str,
    actor: Actor,
    uow: LogbookUow,
    *,
    error: AlongsideError | None = None,
    typed: Form | None = None,
) -> Response:
    seen = await provider_view(provider_id, actor, uow)
    values: dict[str, Any] = {
        "name": seen.name,
        "agency": seen.agency,
        "claims": claims_before(seen.claims),
        "email": "",
    }
    errors: Mapping[str, str] = {}
    if error is not None and typed is not None:
        errors = _beside(error)
        typed_texts = {
            name: typed.text(name) for name in ("name", "agency", "email") if name in typed
        }
        values |= typed_texts
        if "claim_kind-0" in typed:
            values["claims"] = typed_claims(typed)
    return pages.render(
        "provider.html",
        status=error.status if error else HTTPStatus.OK,
        seen=seen,
        values=values,
        errors=errors,
        registry=REGISTRY,
        coordinator=actor.coordinator,
        mine=seen.may_change,
        **claim_words(),
    )


def _beside(error: AlongsideError) -> dict[str, str]:
    at = {"kind": "claim_kind-0", "valid_until": "claim_valid_until-0"}
    return {at.get(name, name): words for name, words in FormErrors.of(error).items()}
