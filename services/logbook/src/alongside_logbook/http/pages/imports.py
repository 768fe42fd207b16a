"""Pages of imports: hand in, explain the columns, look, enter with progress shown, undo."""

from collections import defaultdict
from collections.abc import Mapping as Values
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from alongside.errors import AlongsideError, Conflict, Forbidden, Gone, Invalid, NotFound, TooLarge
from alongside.web.auth import CurrentViewer, Viewer
from alongside.web.forms import Form, FormErrors, Upload, form_data
from alongside.web.pages import PagesDep, redirect
from alongside_logbook.domain.log_cells import Unread, read_day
from alongside_logbook.domain.log_headings import COLUMNS, Column
from alongside_logbook.domain.log_mapping import Mapping
from alongside_logbook.domain.log_preview import State
from alongside_logbook.domain.providers import checked_address
from alongside_logbook.domain.words import month as say_month
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.http.doors import ActorDep, DoorsDep, Reading
from alongside_logbook.http.imports_api import refused_file
from alongside_logbook.http.pages.common import counts
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.process import read_apart
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

router = APIRouter(include_in_schema=False)

_PER_PAGE = 30
_SHOWN = 10
_CHOSEN = 400
"""How many rows that clash can be chosen one by one; more are chosen in their file."""

_ADDRESSED = 100

STATES: dict[State, tuple[str, str]] = {
    "good": ("Good", "good"),
    "warning": ("Worth a look", "info"),
    "left_out": ("Left out", "warn"),
    "refused": ("Refused", "bad"),
}
"""How each is called, and its tone."""

Id = Annotated[str, Path(max_length=64)]


@router.get("/imports")
async def list_page(
    pages: PagesDep,
    viewer: CurrentViewer,
    uow: Reading,
    actor: ActorDep,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Ask for a log, and list those that were read in."""
    return await _list(pages, viewer, uow, actor, page=page)


@router.post("/imports")
async def hand_in(
    request: Request, pages: PagesDep, viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep
) -> Response:
    """Read a log, and ask what its columns mean."""
    form = Form()
    try:
        form = await form_data(request, max_upload=MOST_BYTES)
        file = _file(form)
        table = await read_apart(file.content, form.text("sheet"))
        async with doors.writing() as uow:
            command = cases.StageLog(
                file_name=file.filename,
                table=table,
                person_id=await _whose(form, uow),
                many=form.text("whose") == "many",
            )
            row = await cases.stage_log(command, actor, uow)
    except (Invalid, Conflict, TooLarge) as error:
        async with doors.reading() as uow:
            return await _list(pages, viewer, uow, actor, typed=form, error=error)
    return redirect(f"/imports/{row.id}/columns")


@router.get("/imports/{import_id}")
async def one_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Show an import: what is to be done next, how far it is, or what came of it."""
    found = await import_detail(import_id, actor, uow)
    if found.state == "staged":
        return redirect(f"/imports/{import_id}/columns")
    own = found.person is not None and found.person.person_id == viewer.person_id
    return pages.render(
        "import.html",
        found=found,
        own=own,
        counts=await counts(viewer, uow),
    )


@router.get("/imports/{import_id}/columns")
async def columns_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Ask what the columns mean, with what seems so."""
    return await _columns(pages, viewer, uow, actor, import_id)


@router.post("/imports/{import_id}/columns")
async def explain(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    import_id: Id,
) -> Response:
    """Take what was said of the columns."""
    form = await form_data(request)
    try:
        mapping = _mapping(form)
        async with doors.writing() as uow:
            await cases.explain_columns(import_id, mapping, actor, uow)
    except Invalid as error:
        async with doors.reading() as uow:
            return await _columns(pages, viewer, uow, actor, import_id, form=form, error=error)
    return redirect(f"/imports/{import_id}/preview")


@router.get("/imports/{import_id}/preview")
async def preview_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Show what would be entered, left out and refused."""
    return await _preview(pages, viewer, uow, actor, import_id)


@router.post("/imports/{import_id}/addresses")
async def addresses(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    import_id: Id,
) -> Response:
    """Take the addresses of providers whom the file only names."""
    form = await form_data(request)
    errors, said = FormErrors(), {}
    for number in range(_ADDRESSED):
        key, text = form.text(f"key-{number}"), form.text(f"address-{number}")
        if key and text:
            try:
                said[key[:200]] = checked_address(text)
            except Invalid as error:
                errors.add(f"address-{number}", error.detail)
    try:
        errors.raise_if_any()
        async with doors.writing() as uow:
            await cases.name_addresses(import_id, said, actor, uow)
    except Invalid as error:
        async with doors.reading() as uow:
            return await _preview(
                pages, viewer, uow, actor, import_id, errors=FormErrors.of(error), typed=form
            )
    return redirect(f"/imports/{import_id}/preview#providers")


@router.post("/imports/{import_id}/confirm")
async def confirm(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    import_id: Id,
) -> Response:
    """Say yes: everything good is entered, and what was ticked."""
    form = await form_data(request)
    take = tuple(int(line) for line in form.many("take") if line.isdigit() and len(line) < 9)  # noqa: PLR2004
    try:
        async with doors.writing() as uow:
            await cases.confirm_import(import_id, cases.ConfirmImport(take=take), actor, uow)
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _preview(
                pages, viewer, uow, actor, import_id, errors=FormErrors.of(error), typed=form
            )
    return redirect(f"/imports/{import_id}")


@router.get("/imports/{import_id}/not-entered.csv")
async def refused_csv(
    _viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Hand out the rows that were not entered, with the reason."""
    return await refused_file(import_id, actor, uow)


@router.post("/imports/{import_id}/discard")
async def discard(
    _viewer: CurrentViewer, doors: DoorsDep, actor: ActorDep, import_id: Id
) -> Response:
    """Forget a log that nothing was entered from."""
    async with doors.writing() as uow:
        await cases.discard_import(import_id, actor, uow)
    return redirect("/imports", "Forgotten. Nothing was entered.")


@router.get("/imports/{import_id}/undo")
async def undo_page(
    pages: PagesDep, viewer: CurrentViewer, uow: Reading, actor: ActorDep, import_id: Id
) -> Response:
    """Ask whether everything is taken back, and what becomes of what was confirmed."""
    return await _undo(pages, viewer, uow, actor, import_id)


@router.post("/imports/{import_id}/undo")
async def undo(
    request: Request,
    pages: PagesDep,
    viewer: CurrentViewer,
    doors: DoorsDep,
    actor: ActorDep,
    import_id: Id,
) -> Response:
    """Take everything back that an import entered."""
    form = await form_data(request)
    said = form.text("confirmed")
    try:
        command = cases.UndoImport(confirmed=cast("Any", said) if said else None)
        async with doors.writing() as uow:
            await cases.undo_import(import_id, command, actor, uow)
    except ValidationError:
        raise NotFound from None
    except (Invalid, Conflict) as error:
        async with doors.reading() as uow:
            return await _undo(
                pages,
                viewer,
                uow,
                actor,
                import_id,
                errors=FormErrors.of(error),
                status=error.status,
            )
    return redirect(f"/imports/{import_id}")


async def _list(
    pages: PagesDep,
    viewer: Viewer,
    uow: LogbookUow,
    actor: Actor,
    *,
    page: int = 1,
    typed: Form | None = None,
    error: AlongsideError | None = None,
) -> Response:
    found = await imports_of(actor, uow, limit=_PER_PAGE + 1, offset=(page - 1) * _PER_PAGE)
    form = typed or Form()
    return pages.render(
        "imports.html",
        error.status if error else 200,
        imports=found[:_PER_PAGE],
        page=page,
        pages=page + (len(found) > _PER_PAGE),
        typed={name: form.text(name) for name in ("whose", "email", "sheet")},
        errors=FormErrors.of(error) if error else {},
        most_rows=MOST_ROWS,
        most_mib=MOST_BYTES // 1024 // 1024,
        counts=await counts(viewer, uow),
    )


def _file(form: Form) -> Upload:
    file = form.files.get("file")
    if file is None or not file.content:
        raise Invalid("Choose a file.", field="file")
    return file


async def _whose(form: Form, uow: LogbookUow) -> str | None:
    if form.text("whose") != "other":
        return None
    email = form.text("email")
    if not email:
        raise Invalid("Say whose hours they are.", field="email")
    person = await uow.people.by_email(email)
    if person is None or person.left_at is not None:
        raise Invalid("Nobody is registered here with this address.", field="email")
    return person.person_id


async def _columns(
    pages: PagesDep,
    viewer: Viewer,
    uow: LogbookUow,
    actor: Actor,
    import_id: str,
    *,
    form: Form | None = None,
    error: AlongsideError | None = None,
) -> Response:
    found = await cases.preview(import_id, actor, uow)
    shown = await preview_view(found, actor, uow, limit=0)
    many = shown.imported.person is None
    chosen = {f"column-{each.place}": each.means or "" for each in shown.columns}
    said = {"order", "unit", "kind", "head_count", "provider_name", "provider_email"}
    values: dict[str, Any] = {**chosen, **shown.mapping.model_dump(include=said)}
    if form is not None:
        values |= {name: form.text(name) for name in values}
    return pages.render(
        "import_columns.html",
        error.status if error else 200,
        shown=shown,
        values=values,
        means=[each for each in column_words() if many or each[0] != "person"],
        orders=_orders(shown),
        errors=_placed(error, values) if error else {},
        counts=await counts(viewer, uow),
    )


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


def _placed(error: AlongsideError, values: Values[str, str]) -> FormErrors:
    """Return messages about meanings beside the columns that have them, or above the form."""
    places = {means: name for name, means in values.items() if name.startswith("column-")}
    errors, general = FormErrors(), []
    for field, message in error.fields.items():
        if field in places:
            errors.add(places[field], message)
        elif field in values:
            errors.add(field, message)
        else:
            general.append(message)
    if general or not errors:
        errors.add("_", " ".join(general) or error.detail)
    return errors


def _mapping(form: Form) -> Mapping:
    columns: dict[Column, int] = {}
    errors = FormErrors()
    for name in form:
        means = form.text(name)
        place = name.removeprefix("column-")
        if not name.startswith("column-") or not means or not place.isdigit():
            continue
        if means not in COLUMNS:
            raise Invalid("That form was not complete. Please try again.")
        if means in columns:
            errors.add(name, f"Two columns both say: {COLUMNS[means][0]}.")
        columns[means] = int(place[:4])
    email = form.text("provider_email")
    if email:
        try:
            email = checked_address(email, field="provider_email")
        except Invalid as error:
            errors.add("provider_email", error.detail)
    errors.raise_if_any()
    try:
        return Mapping.model_validate(
            {
                "columns": columns,
                "order": form.text("order", "mdy"),
                "unit": form.text("unit", "minutes"),
                "kind": form.text("kind", "individual"),
                "head_count": form.text("head_count") or None,
                "provider_name": form.text("provider_name"),
                "provider_email": email,
            }
        )
    except ValidationError as error:
        if error.errors()[0]["loc"][0] == "head_count":
            raise Invalid("A group is 2 to 500 people.", field="head_count") from None
        raise Invalid("That form was not complete. Please try again.") from None


async def _preview(
    pages: PagesDep,
    viewer: Viewer,
    uow: LogbookUow,
    actor: Actor,
    import_id: str,
    *,
    errors: Values[str, str] | None = None,
    typed: Form | None = None,
) -> Response:
    try:
        found = await cases.preview(import_id, actor, uow)
    except Gone:
        return redirect(f"/imports/{import_id}")
    if _incomplete(found.mapping, many=found.row.person_id is None):
        return redirect(f"/imports/{import_id}/columns")
    shown = await preview_view(found, actor, uow, limit=0)
    some = {
        "good": tuple(row_views(found, "good", _SHOWN)),
        "left_out": tuple(row_views(found, "left_out", _CHOSEN)),
    }
    return pages.render(
        "import_preview.html",
        422 if errors else 200,
        shown=shown,
        some=some,
        reasons={"refused": _by_reason(found, "refused"), "warning": _by_reason(found, "warning")},
        states=STATES,
        entered=shown.rows["good"] + shown.rows["warning"],
        bars=_bars(shown),
        clock=_clock,
        take=set(typed.many("take")) if typed else set(),
        typed={name: typed.text(name) for name in typed} if typed else {},
        errors=errors or {},
        unnamed=[each for each in shown.providers if not each.email][:_ADDRESSED],
        counts=await counts(viewer, uow),
    )


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


async def _undo(
    pages: PagesDep,
    viewer: Viewer,
    uow: LogbookUow,
    actor: Actor,
    import_id: str,
    *,
    errors: Values[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = await import_detail(import_id, actor, uow)
    if not found.may_change:
        raise Forbidden("Whose hours they are, or a coordinator, can take them back.")
    if found.state not in {"done", "undone"} or not found.waiting + found.confirmed:
        return redirect(f"/imports/{import_id}")
    return pages.render(
        "import_undo.html",
        status,
        found=found,
        errors=errors or {},
        counts=await counts(viewer, uow),
    )
