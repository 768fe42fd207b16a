"""What the pages of imports show."""

from collections import defaultdict
from collections.abc import Mapping as Values
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any

from fastapi import Depends, Response

from alongside.errors import AlongsideError, Forbidden, Gone
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors
from alongside.web.pages import Pages, PagesDep, redirect
from alongside_logbook.domain.logs.cells import Unread, read_day
from alongside_logbook.domain.logs.mapping import Mapping
from alongside_logbook.domain.logs.preview import State
from alongside_logbook.domain.words import month as say_month
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.http.doors import ActorDep
from alongside_logbook.http.pages.common import counts
from alongside_logbook.http.pages.imports_forms import ADDRESSED, placed
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.shapes import MOST_BYTES, MOST_ROWS
from alongside_logbook.views.imports import (
    MonthView,
    PreviewView,
    column_words,
    import_detail,
    imports_of,
    preview_view,
    row_views,
)

_PER_PAGE = 30
_SHOWN = 10
_CHOSEN = 400
"""How many rows that clash can be chosen one by one; more are chosen in their file."""

STATES: dict[State, tuple[str, str]] = {
    "good": ("Good", "good"),
    "warning": ("Worth a look", "info"),
    "left_out": ("Left out", "warn"),
    "refused": ("Refused", "bad"),
}
"""How each is called, and its tone."""


@dataclass(frozen=True, slots=True)
class ImportPages:
    """The pages of imports, as one person may see them."""

    pages: Pages
    viewer: Viewer
    actor: Actor

    async def list(
        self,
        uow: LogbookUow,
        *,
        page: int = 1,
        typed: Form | None = None,
        error: AlongsideError | None = None,
    ) -> Response:
        """Ask for a log, and list those that were read in."""
        found = await imports_of(
            self.actor, uow, limit=_PER_PAGE + 1, offset=(page - 1) * _PER_PAGE
        )
        form = typed or Form()
        return self.pages.render(
            "imports.html",
            error.status if error else 200,
            imports=found[:_PER_PAGE],
            page=page,
            pages=page + (len(found) > _PER_PAGE),
            typed={name: form.text(name) for name in ("whose", "email", "sheet")},
            errors=FormErrors.of(error) if error else {},
            most_rows=MOST_ROWS,
            most_mib=MOST_BYTES // 1024 // 1024,
            counts=await counts(self.viewer, uow),
        )

    async def one(self, uow: LogbookUow, import_id: str) -> Response:
        """Show an import: what is to be done next, how far it is, or what came of it."""
        found = await import_detail(import_id, self.actor, uow)
        if found.state == "staged":
            return redirect(f"/imports/{import_id}/columns")
        own = found.person is not None and found.person.person_id == self.viewer.person_id
        return self.pages.render(
            "import.html", found=found, own=own, counts=await counts(self.viewer, uow)
        )

    async def columns(
        self,
        uow: LogbookUow,
        import_id: str,
        *,
        form: Form | None = None,
        error: AlongsideError | None = None,
    ) -> Response:
        """Ask what the columns mean, with what seems so."""
        found = await cases.preview(import_id, self.actor, uow)
        shown = await preview_view(found, self.actor, uow, limit=0)
        many = shown.imported.person is None
        chosen = {f"column-{each.place}": each.means or "" for each in shown.columns}
        said = {"order", "unit", "kind", "head_count", "provider_name", "provider_email"}
        values: dict[str, Any] = {**chosen, **shown.mapping.model_dump(include=said)}
        if form is not None:
            values |= {name: form.text(name) for name in values}
        return self.pages.render(
            "import_columns.html",
            error.status if error else 200,
            shown=shown,
            values=values,
            means=[each for each in column_words() if many or each[0] != "person"],
            orders=_orders(shown),
            errors=placed(error, values) if error else {},
            counts=await counts(self.viewer, uow),
        )

    async def preview(
        self,
        uow: LogbookUow,
        import_id: str,
        *,
        errors: Values[str, str] | None = None,
        typed: Form | None = None,
    ) -> Response:
        """Show what would be entered, left out and refused."""
        try:
            found = await cases.preview(import_id, self.actor, uow)
        except Gone:
            return redirect(f"/imports/{import_id}")
        if _incomplete(found.mapping, many=found.row.person_id is None):
            return redirect(f"/imports/{import_id}/columns")
        shown = await preview_view(found, self.actor, uow, limit=0)
        some = {
            "good": tuple(row_views(found, "good", _SHOWN)),
            "left_out": tuple(row_views(found, "left_out", _CHOSEN)),
        }
        return self.pages.render(
            "import_preview.html",
            422 if errors else 200,
            shown=shown,
            some=some,
            reasons={
                "refused": _by_reason(found, "refused"),
                "warning": _by_reason(found, "warning"),
            },
            states=STATES,
            entered=shown.rows["good"] + shown.rows["warning"],
            bars=_bars(shown),
            clock=_clock,
            take=set(typed.many("take")) if typed else set(),
            typed={name: typed.text(name) for name in typed} if typed else {},
            errors=errors or {},
            unnamed=[each for each in shown.providers if not each.email][:ADDRESSED],
            counts=await counts(self.viewer, uow),
        )

    async def undo(
        self,
        uow: LogbookUow,
        import_id: str,
        *,
        errors: Values[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        """Ask whether everything is taken back, and what becomes of what was confirmed."""
        found = await import_detail(import_id, self.actor, uow)
        if not found.may_change:
            raise Forbidden("Whose hours they are, or a coordinator, can take them back.")
        if found.state not in {"done", "undone"} or not found.waiting + found.confirmed:
            return redirect(f"/imports/{import_id}")
        return self.pages.render(
            "import_undo.html",
            status,
            found=found,
            errors=errors or {},
            counts=await counts(self.viewer, uow),
        )


def _import_pages(pages: PagesDep, viewer: CurrentViewer, actor: ActorDep) -> ImportPages:
    return ImportPages(pages, viewer, actor)


ImportPagesDep = Annotated[ImportPages, Depends(_import_pages)]
"""The pages of imports for whoever asks."""


def _orders(shown: PreviewView) -> list[tuple[str, str, str]]:
    """Return both orders of month and day, with what a date of the file is in each."""
    place = shown.mapping.columns.get("date")
    example = shown.ambiguous or next(
        (text for each in shown.columns if each.place == place for text in each.samples), "3/4/2026"
    )
    return [
        ("mdy", "Month first", _reads(example, "mdy")),
        ("dmy", "Day first", _reads(example, "dmy")),
    ]


def _reads(example: str, order: Any) -> str:
    try:
        day = read_day(example, order).date
    except Unread:
        return f"{example} is no date then"
    return f"{example} is {day:%B} {day.day}, {day.year}"


def _by_reason(found: cases.Preview, state: State) -> list[tuple[str, list[int]]]:
    """Return why rows are in a state, with their lines: what is said of the most rows first."""
    lines: dict[str, list[int]] = defaultdict(list)
    for each in found.judged:
        if each.state == state:
            lines[" ".join(each.reasons)].append(each.row.line)
    return sorted(lines.items(), key=lambda each: (-len(each[1]), each[1]))


def _clock(start: str) -> str:
    """Return a wall time such as `14:30` as `2:30 PM`."""
    return f"{time.fromisoformat(start):%I:%M %p}".removeprefix("0")


_TALL = 80


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the drawing: parts as (tone, top, height), and the month in words."""

    month: MonthView
    label: str
    begins_year: bool
    parts: tuple[tuple[str, float, float], ...]


def _bars(shown: PreviewView) -> list[Bar]:
    """Return the months of a file, drawn; what is entered stands at the bottom."""
    spread = [(month, [getattr(month, state) for state in STATES]) for month in shown.months]
    most = max((sum(minutes) for _, minutes in spread), default=0) or 1
    bars = []
    for number, (month, minutes) in enumerate(spread):
        parts, top = [], float(_TALL)
        for (_, tone), part in zip(STATES.values(), minutes, strict=True):
            height = _TALL * part / most
            top -= height
            if part:
                parts.append((tone, round(top, 1), round(height, 1)))
        begins = number == 0 or month.month.endswith("-01")
        bars.append(Bar(month, say_month(month.month), begins, tuple(parts)))
    return bars


def _incomplete(mapping: Mapping, *, many: bool) -> bool:
    columns = mapping.columns
    timed = "duration" in columns or {"start", "end"} <= columns.keys()
    whose = not many or "person" in columns
    return "date" not in columns or not timed or not whose
