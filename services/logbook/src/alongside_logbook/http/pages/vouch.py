"""The link a provider without an account is mailed. Looking changes nothing; a button answers."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from alongside.errors import Invalid
from alongside.web.forms import Form, FormErrors, form_data
from alongside.web.pages import PagesDep
from alongside_logbook.domain.vouching import Answer
from alongside_logbook.handlers.vouching import (
    PURPOSE,
    Answered,
    AnswerRequest,
    LinkOver,
    answer_request,
    refuse_request,
)
from alongside_logbook.http.doors import Doors, DoorsDep
from alongside_logbook.http.pages.outside_forms import (
    MODES,
    answers_of,
    claim_words,
    claims_before,
    claims_of,
    typed_claims,
)
from alongside_logbook.views.outside import VouchView, vouch_view

router = APIRouter(include_in_schema=False)

Id = Annotated[str, Path(max_length=64)]
Mac = Annotated[str, Path(max_length=64)]


@router.get("/vouch/{request_id}/{mac}")
async def vouch_page(pages: PagesDep, doors: DoorsDep, request_id: Id, mac: Mac) -> Response:
    """Show what is asked. Mail scanners open links, so nothing is recorded here."""
    try:
        seen = await _seen(request_id, mac, doors)
    except LinkOver as error:
        return _over(pages, error)
    return _page(pages, seen, mac)


@router.post("/vouch/{request_id}/{mac}")
async def answer_page(
    request: Request, pages: PagesDep, doors: DoorsDep, request_id: Id, mac: Mac
) -> Response:
    """Take the answer, and say thank you."""
    try:
        seen = await _seen(request_id, mac, doors)
        form = await form_data(request)
        answers = answers_of(form, seen.lines)
        try:
            command = AnswerRequest(
                request_id=request_id,
                name=form.text("name"),
                answers=answers,
                claims=claims_of(form) if seen.states_claims else None,
            )
            async with doors.writing() as uow:
                done = await answer_request(command, uow)
        except Invalid as error:
            return _page(pages, seen, mac, errors=_beside(error), typed=form, answers=answers)
    except LinkOver as error:
        return _over(pages, error)
    return _thanks(pages, seen, done)


@router.post("/vouch/{request_id}/{mac}/refuse")
async def refuse_page(pages: PagesDep, doors: DoorsDep, request_id: Id, mac: Mac) -> Response:
    """Hear that these are not hours this person gave."""
    try:
        seen = await _seen(request_id, mac, doors)
        async with doors.writing() as uow:
            await refuse_request(request_id, uow)
    except LinkOver as error:
        return _over(pages, error)
    return _thanks(pages, seen, None)


async def _seen(request_id: str, mac: str, doors: Doors) -> VouchView:
    """Return what a link asks; a forged one is told like one that is over."""
    async with doors.reading() as uow:
        if not uow.secrets.is_link_mac(PURPOSE, request_id, mac):
            raise LinkOver
        return await vouch_view(request_id, uow)


def _page(
    pages: PagesDep,
    seen: VouchView,
    mac: str,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Form | None = None,
    answers: tuple[Answer, ...] = (),
) -> Response:
    return pages.render(
        "vouch.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        seen=seen,
        action=f"/vouch/{seen.request_id}/{mac}",
        errors=errors or {},
        claim_wrong=any(name.startswith("claim_") for name in errors or {}),
        who=typed.text("name") if typed else seen.provider,
        wrong={answer.entry_id: answer.reason for answer in answers if not answer.right},
        claims=typed_claims(typed) if typed else claims_before(seen.claims),
        modes=MODES,
        association=seen.association,
        **claim_words(),
    )


def _thanks(pages: PagesDep, seen: VouchView, done: Answered | None) -> Response:
    return pages.render("vouch_over.html", seen=seen, done=done, association=seen.association)


def _over(pages: PagesDep, error: LinkOver) -> Response:
    return pages.render("vouch_over.html", status=error.status, over=error.detail)


def _beside(error: Invalid) -> FormErrors:
    own = ("name", "_", "kind", "valid_until")
    found = FormErrors()
    for name, words in FormErrors.of(error).items():
        known = name in own or name.startswith("claim_")
        found.add(
            {"kind": "claim_kind-0", "valid_until": "claim_valid_until-0"}.get(name, name)
            if known
            else f"reason-{name}",
            words,
        )
    return found
