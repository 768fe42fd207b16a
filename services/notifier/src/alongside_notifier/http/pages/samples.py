"""What mails look like: a sample of each, for coordinators."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from alongside.web.auth import AsCoordinator
from alongside.web.pages import PagesDep
from alongside_notifier.desk import Desk
from alongside_notifier.domain.words import NAMES, Language
from alongside_notifier.http.pages.messages import KINDS
from alongside_notifier.http.reading import Read, TheDesk
from alongside_notifier.samples import Samples
from alongside_notifier.store.uow import NotifierUow

router = APIRouter(include_in_schema=False)

Asked = Language | None
"""In which language samples are to be; None for the installation's."""

_FRAMED = {
    # A document of its own, without an origin: it runs nothing, loads nothing and sends nothing.
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


@router.get("/messages/samples")
async def all_samples(
    viewer: AsCoordinator, pages: PagesDep, read: Read, desk: TheDesk, language: Asked = None
) -> Response:
    """List every kind of mail with the subject it has."""
    del viewer
    samples = await _samples(read, desk, language)
    return pages.render(
        "samples.html",
        samples=[(_name(kind), samples.sample(kind)) for kind in samples.kinds],
        **_languages(samples, "/messages/samples"),
    )


@router.get("/messages/samples/{kind}")
async def one_sample(
    kind: str,
    viewer: AsCoordinator,
    pages: PagesDep,
    read: Read,
    desk: TheDesk,
    language: Asked = None,
) -> Response:
    """Show one kind of mail: subject, HTML, text, and what goes with it for the calendar."""
    del viewer
    samples = await _samples(read, desk, language)
    sample = samples.sample(kind)
    place = samples.kinds.index(kind)
    after = samples.kinds[(place + 1) % len(samples.kinds)]
    return pages.render(
        "sample.html",
        called=_name(kind),
        sample=sample,
        after=(_name(after), after),
        **_languages(samples, f"/messages/samples/{kind}"),
    )


@router.get("/messages/samples/{kind}/body.html")
async def html_of_sample(
    kind: str, viewer: AsCoordinator, read: Read, desk: TheDesk, language: Asked = None
) -> Response:
    """Give the HTML of one kind of mail, to be shown in a frame."""
    del viewer
    sample = (await _samples(read, desk, language)).sample(kind)
    return Response(sample.letter.html, media_type="text/html", headers=_FRAMED)


async def _samples(read: NotifierUow, desk: Desk, language: Language | None) -> Samples:
    association = await read.people.association_name()
    return Samples(desk.letters, association, desk.origin, language or desk.language)


def _languages(samples: Samples, path: str) -> dict[str, Any]:
    """Return the way to each language, and which one is shown."""
    return {
        "languages": [(name, f"{path}?language={each}") for each, name in NAMES.items()],
        "here_in": f"{path}?language={samples.language}",
        "spoken": samples.language,
    }


def _name(kind: str) -> str:
    return KINDS.get(kind, kind)
