"""One sentence that a page leaves for the next: after a redirect, "Saved."."""

import base64
import binascii
import json
from typing import Literal, cast

from fastapi import Request, Response
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from alongside.web.paths import local_path
from alongside.web.state import Web, web_of

Tone = Literal["good", "info", "warn", "bad", "calm"]
Notice = tuple[str, Tone]

COOKIE = "alongside-notice"
_SECONDS = 120
_LONGEST = 500


class Redirect(RedirectResponse):
    """303 to a page of our own, which will show the notice once."""

    def __init__(self, path: str, notice: Notice | None = None) -> None:
        super().__init__(local_path(path), status_code=303)
        self._notice = notice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Seal the notice with the keys of whoever serves this, and go."""
        if self._notice is not None:
            web: Web = scope["app"].state.web
            self.set_cookie(
                COOKIE,
                _sealed(web, self._notice),
                max_age=_SECONDS,
                path="/",
                secure=web.is_secure,
                httponly=True,
                samesite="lax",
            )
        await super().__call__(scope, receive, send)


def redirect(path: str, notice: str | None = None, tone: Tone = "good") -> Redirect:
    """Return a 303 to a path of our own, with an optional notice for the page that follows."""
    return Redirect(path, None if notice is None else (notice[:_LONGEST], tone))


def take_notice(request: Request) -> Notice | None:
    """Return the notice that was left for this page, if its seal is ours."""
    sealed = request.cookies.get(COOKIE)
    if not sealed:
        return None
    content, _, mac = sealed.partition(".")
    if not web_of(request).secrets.is_notice_mac(content, mac):
        return None
    try:
        text, tone = json.loads(base64.urlsafe_b64decode(content))
    except (ValueError, binascii.Error):
        return None
    return str(text), cast("Tone", tone)


def clear_notice(request: Request, response: Response) -> None:
    """Take the notice's cookie back once it was shown."""
    if COOKIE in request.cookies:
        response.delete_cookie(
            COOKIE, path="/", secure=web_of(request).is_secure, httponly=True, samesite="lax"
        )


def _sealed(web: Web, notice: Notice) -> str:
    content = base64.urlsafe_b64encode(json.dumps(notice).encode()).decode()
    return f"{content}.{web.secrets.notice_mac(content)}"
