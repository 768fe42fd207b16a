"""Letters: a folder of subject, text and HTML for each kind of mail."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alongside_notifier.domain.mime import Letter

KINDS = (
    "invitation",
    "changed",
    "cancelled_occurrence",
    "cancelled",
    "removed",
    "reminder",
    "sign_in",
    "attendance_recorded",
    "returned",
    "milestone",
    "asked",
    "awaited",
    "vouch",
    "vouched",
    "digest",
)

_GAPS = re.compile(r"\n{3,}")


class Letters:
    """Renders the mail templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("alongside_notifier", "templates/mail"),
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, kind: str, **facts: Any) -> Letter:
        """Return a letter of one kind. A fact that the template wants and nobody gave is an error."""
        subject = self._part(kind, "subject.txt", facts).strip()
        facts["subject"] = subject
        return Letter(
            subject=subject,
            text=_GAPS.sub("\n\n", self._part(kind, "body.txt", facts)),
            html=self._part(kind, "body.html", facts),
        )

    def _part(self, kind: str, name: str, facts: dict[str, Any]) -> str:
        return self._environment.get_template(f"{kind}/{name}").render(**facts)
