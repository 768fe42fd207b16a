"""Letters: a folder of subject, text and HTML for each kind of mail."""

import re
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alongside_notifier.domain.mime import Letter
from alongside_notifier.domain.words import Language

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
    "unreached",
    "digest",
    "unseen",
)
"""Each has a folder of templates, and a sample (`sample_facts`)."""

FILES = ("subject.txt", "body.txt", "body.html")
"""What is in the folder of each kind."""

FRAME = "frame.html"
SHARED = (FRAME, "parts.html")
"""What stands beside the folders: the frame of every HTML body, and its pieces."""

OWN_FOLDER = "templates/mail"
"""In the data folder: files there replace those of the same name that are shipped."""

_GAPS = re.compile(r"\n{3,}")


class Letters:
    """Renders the mail templates: an installation's own where there are, else the shipped ones.

    In a sandbox: a template reads what it is given, and neither changes it nor reaches further.
    """

    def __init__(self, own: Path | None = None) -> None:
        shipped = PackageLoader("alongside_notifier", "templates/mail")
        loader: BaseLoader = shipped
        if own is not None:
            loader = ChoiceLoader([FileSystemLoader(own), shipped])
        self.environment = ImmutableSandboxedEnvironment(
            loader=loader,
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            # What was checked at the start is what is used until the next.
            auto_reload=False,
        )

    def render(self, kind: str, language: Language = "en", /, **facts: Any) -> Letter:
        """Return a letter of one kind. A fact that the template wants and nobody gave is an error."""
        facts["language"] = language
        folder = f"{folder_of(language)}{kind}"
        subject = self._part(folder, "subject.txt", facts).strip()
        facts["subject"] = subject
        return Letter(
            subject=subject,
            text=_GAPS.sub("\n\n", self._part(folder, "body.txt", facts)),
            html=self._part(folder, "body.html", facts),
            language=language,
        )

    def _part(self, folder: str, name: str, facts: dict[str, Any]) -> str:
        return self.environment.get_template(f"{folder}/{name}").render(**facts)


def folder_of(language: Language) -> str:
    """Return where the templates of a language are: English beside the folders of the others."""
    return "" if language == "en" else f"{language}/"
