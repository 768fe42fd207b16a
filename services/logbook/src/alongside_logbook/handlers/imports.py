"""Reading in logs that were kept before: handed in, explained, looked at, entered, taken back.

Nothing counts before somebody says yes. From then on the import goes on by itself, batch by batch,
wherever it was: see `importing`.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alongside.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from alongside_logbook.domain.logs import mapping as log_mapping
from alongside_logbook.domain.logs import preview as log_preview
from alongside_logbook.domain.logs.mapping import Mapping, Sheet
from alongside_logbook.domain.logs.overlaps import stretch
from alongside_logbook.domain.logs.preview import Judged, Known, KnownPerson, ProviderInFile
from alongside_logbook.domain.logs.rows import Row, kept_cells, read_rows
from alongside_logbook.domain.providers import Claim
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.outside_providers import NameProvider, name_provider
from alongside_logbook.store.tables import ImportRow, PersonRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.shapes import Table

STAGED_FOR = timedelta(days=1)
REFUSED_FOR = timedelta(days=7)
"""How long rows that were refused can be fetched, to correct them."""

_LONGEST_NAME = 200
_MOST_PROVIDERS = 500

ImportState = Literal["staged", "running", "done", "undoing", "undone"]
UNDER_WAY: frozenset[ImportState] = frozenset({"running", "undoing"})


class ImportOver(Gone):
    """The rows of this file are not kept any more. Hand it in again."""

    code = "import_over"


class StageLog(BaseModel):
    """A log that was handed in, read already."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    file_name: str
    table: Table
    person_id: str | None = None
    """Whose hours; null: my own, unless there are many people in it."""
    many: bool = False
    """A column of the file says, by address, whose hours each row is."""


class ConfirmImport(BaseModel):
    """The yes: everything that is good, and these of what is there twice or overlaps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    take: tuple[int, ...] = Field(default=(), max_length=20_000)
    """Lines that are entered although they clash with something."""


class UndoImport(BaseModel):
    """Taking a whole import back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirmed: Literal["keep", "withdraw"] | None = None
    """What becomes of entries that somebody confirmed meanwhile; needed if there are any."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A log as it would be entered."""

    row: ImportRow
    sheet: Sheet
    mapping: Mapping
    ambiguous: str | None
    """A date that reads both ways, if nothing in the file decides."""
    judged: list[Judged]
    providers: list[ProviderInFile]


async def stage_log(command: StageLog, actor: Actor, uow: LogbookUow) -> ImportRow:
    """Keep a log to be looked at; columns of notes are left behind. Raises `Invalid`, `Forbidden`."""
    person_id = None if command.many else command.person_id or actor.person_id
    if person_id != actor.person_id and not actor.coordinator:
        raise Forbidden("Only a coordinator reads in the logs of others.")
    if person_id is not None:
        await _person(person_id, uow)
    sheet = log_mapping.without_notes(
        command.table.headings,
        command.table.rows,
        broken=command.table.broken,
        said=command.table.said,
    )
    mapping = log_mapping.guess(sheet, many=command.many)
    row = ImportRow(
        id=uow.new_id(),
        person_id=person_id,
        by_id=actor.person_id,
        file_name=_shown(command.file_name)[-_LONGEST_NAME:] or "log",
        state="staged",
        staged_at=uow.now,
        mapping=mapping,
        total=len(sheet.rows) + len(sheet.broken),
    )
    await uow.imports.keep(row)
    await uow.imports.keep_sheet(row.id, asdict(sheet), uow.now + STAGED_FOR)
    return row


async def explain_columns(
    import_id: str, mapping: Mapping, actor: Actor, uow: LogbookUow
) -> ImportRow:
    """Say what the columns of a log mean. Raises `Invalid` where that cannot be."""
    row = await _staged(import_id, actor, uow)
    sheet = await _sheet(row, uow)
    _check(mapping, len(sheet.headings), many=row.person_id is None)
    row.mapping = mapping
    await uow.imports.keep(row)
    return row


async def name_addresses(
    import_id: str, addresses: dict[str, str], actor: Actor, uow: LogbookUow
) -> ImportRow:
    """Say by which address providers are reached whom the file only names."""
    row = await _staged(import_id, actor, uow)
    mapping = row.mapping or Mapping()
    said = {**mapping.addresses, **addresses}
    if len(said) > _MOST_PROVIDERS:
        raise Invalid(f"At most {_MOST_PROVIDERS} providers at once, please.")
    row.mapping = mapping.model_copy(update={"addresses": {k: v for k, v in said.items() if v}})
    await uow.imports.keep(row)
    return row


async def preview(
    import_id: str, actor: Actor, uow: LogbookUow, *, take: Collection[int] = ()
) -> Preview:
    """Return what an import would do, as things stand now."""
    row = await _staged(import_id, actor, uow)
    return await _preview(row, uow, take=take)


async def confirm_import(
    import_id: str, command: ConfirmImport, actor: Actor, uow: LogbookUow
) -> ImportRow:
    """Say yes: from now on the rows are entered. Saying it again changes nothing.

    Raises `Invalid` if there is nothing to enter, and `Conflict` while another one is under way.
    """
    row = await uow.imports.get(import_id, for_change=True)
    _may_change(row, actor)
    if row.state in {"running", "done"}:
        return row
    found = await _preview(_still_staged(row), uow, take=frozenset(command.take))
    entered = [each for each in found.judged if each.state in {"good", "warning"}]
    if not entered:
        raise Invalid("There is no row that can be entered.")
    await _alone(row, uow)
    ids = await _providers(found, actor, uow)
    plan: list[dict[str, Any]] = []
    for each in entered:
        assert each.facts is not None  # noqa: S101  # only refused rows have none
        facts = each.facts.model_dump(mode="json")
        plan.append(facts | {"provider_id": ids.get(facts["provider_id"], facts["provider_id"])})
    plan.sort(key=lambda each: each["supervisee_id"])
    row.state = "running"
    row.total, row.done = len(plan), 0
    row.people = len({each["supervisee_id"] for each in plan})
    row.minutes = sum(each["minutes"] for each in plan)
    row.refused = sum(each.state == "refused" for each in found.judged)
    row.left_out = sum(each.state == "left_out" for each in found.judged)
    row.started_at = uow.now
    # Whom a file named is known by now: their addresses are where providers are kept.
    row.mapping = None
    await uow.imports.keep(row)
    await uow.imports.keep_sheet(
        row.id, {"plan": plan, "refused": refused_table(found)}, uow.now + REFUSED_FOR
    )
    return row


async def discard_import(import_id: str, actor: Actor, uow: LogbookUow) -> None:
    """Forget a log that nothing was entered from."""
    await _staged(import_id, actor, uow)
    await uow.imports.forget(import_id)


async def undo_import(
    import_id: str, command: UndoImport, actor: Actor, uow: LogbookUow
) -> ImportRow:
    """Take everything back that an import entered; what was so stays in the record.

    Entries that were confirmed meanwhile are taken back only if that is said. Again changes nothing.
    """
    row = await uow.imports.get(import_id, for_change=True)
    _may_change(row, actor)
    if row.state == "undoing":
        return row
    if row.state not in {"done", "undone"}:
        raise Conflict("Nothing was entered from this file yet, or not all of it.")
    stand = standing(await uow.entries.statuses_of_batch(row.id))
    if stand.confirmed and command.confirmed is None:
        raise Invalid(
            f"{stand.confirmed} of these entries were confirmed meanwhile. "
            "Say whether they are taken back, too.",
            field="confirmed",
        )
    both = command.confirmed == "withdraw"
    todo = stand.open + (stand.confirmed if both else 0)
    if not todo:
        return row
    row.state, row.total, row.done = "undoing", todo, 0
    row.undone_by, row.undo_confirmed = actor.person_id, int(both)
    await uow.imports.keep(row)
    return row


@dataclass(frozen=True, slots=True)
class Standing:
    """How the entries of an import stand."""

    open: int
    """Waiting for somebody's word."""
    confirmed: int
    withdrawn: int


def standing(statuses: dict[tuple[str, str], int]) -> Standing:
    """Add up the statuses of a batch's entries."""
    total = {"recorded": 0, "returned": 0, "confirmed": 0, "withdrawn": 0}
    for (_, status), number in statuses.items():
        total[status] += number
    return Standing(total["recorded"] + total["returned"], total["confirmed"], total["withdrawn"])


def may_see_import(row: ImportRow, actor: Actor) -> None:
    """Refuse, as if there were nothing, whoever has no part in an import."""
    if not actor.coordinator and actor.person_id not in {row.person_id, row.by_id}:
        raise NotFound("There is no such import.")


def refused_table(found: Preview) -> dict[str, Any]:
    """Return the rows that are not entered with the reason before them: columns with a meaning only."""
    headings, cells = kept_cells(found.sheet, found.mapping)
    return {
        "headings": ["Row", "Why it was not entered", *headings],
        "rows": [
            [each.row.line, " ".join(each.reasons), *cells.get(each.row.line, [])]
            for each in found.judged
            if each.state in {"refused", "left_out"}
        ],
    }


async def refused_rows(import_id: str, actor: Actor, uow: LogbookUow) -> dict[str, Any]:
    """Return the rows of an import that were, or would be, refused. Raises `ImportOver`."""
    row = await uow.imports.get(import_id)
    may_see_import(row, actor)
    if row.state == "staged":
        return refused_table(await _preview(_still_staged(row), uow))
    kept = await uow.imports.sheet(import_id)
    if kept is None or "refused" not in kept:
        raise ImportOver("These rows are not kept any more.")
    table: dict[str, Any] = kept["refused"]
    return table


def _shown(file_name: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in file_name)
    return " ".join(shown.split())


def _check(mapping: Mapping, width: int, *, many: bool) -> None:
    wrong: dict[str, str] = {}
    columns = mapping.columns
    for name, place in columns.items():
        if place >= width:
            wrong[name] = "There is no such column."
    places = list(columns.values())
    for name, place in columns.items():
        if places.count(place) > 1:
            wrong.setdefault(name, "One column cannot mean two things.")
    if "date" not in columns:
        wrong["date"] = "Say which column holds the date."
    if "duration" not in columns and not {"start", "end"} <= columns.keys():
        wrong["duration"] = "Say which column holds how long it was, or the start and the end."
    if many and "person" not in columns:
        wrong["person"] = "Say which column holds the address of whose hours they are."
    if not {"provider", "provider_email"} & columns.keys() and not mapping.provider_email:
        wrong["provider"] = "Say which column names the provider, or who gave all of it, below."
    if wrong:
        raise Invalid.many(wrong)


async def _staged(import_id: str, actor: Actor, uow: LogbookUow) -> ImportRow:
    row = await uow.imports.get(import_id)
    _may_change(row, actor)
    return _still_staged(row)


def _still_staged(row: ImportRow) -> ImportRow:
    if row.state != "staged":
        raise ImportOver("This file was read in already.")
    return row


def _may_change(row: ImportRow, actor: Actor) -> None:
    may_see_import(row, actor)
    if not actor.coordinator and row.person_id != actor.person_id:
        raise NotFound("There is no such import.")


async def _alone(row: ImportRow, uow: LogbookUow) -> None:
    for other_id in await uow.imports.under_way():
        other = await uow.imports.get(other_id)
        if other.id != row.id and (
            None in {other.person_id, row.person_id} or other.person_id == row.person_id
        ):
            raise Conflict("Another import is under way. Wait until it is through, and look again.")


async def _sheet(row: ImportRow, uow: LogbookUow) -> Sheet:
    kept = await uow.imports.sheet(row.id)
    if kept is None or "headings" not in kept:
        raise ImportOver
    return Sheet(
        headings=kept["headings"],
        rows=[(line, cells) for line, cells in kept["rows"]],
        notes=tuple(kept["notes"]),
        broken=tuple((line, text) for line, text in kept["broken"]),
        said=tuple(kept["said"]),
    )


async def _preview(row: ImportRow, uow: LogbookUow, *, take: Collection[int] = ()) -> Preview:
    sheet = await _sheet(row, uow)
    mapping = row.mapping or Mapping()
    rows = await asyncio.to_thread(read_rows, sheet, mapping)
    known = await _known(row, rows, uow)
    judged = await asyncio.to_thread(log_preview.judge, rows, known, take=take, batch_id=row.id)
    return Preview(
        row=row,
        sheet=sheet,
        mapping=mapping,
        ambiguous=log_mapping.order_of(sheet, mapping)[1],
        judged=judged,
        providers=log_preview.providers(judged, known),
    )


async def _known(row: ImportRow, rows: Sequence[Row], uow: LogbookUow) -> Known:
    addresses = {each.person for each in rows} | {each.provider_email for each in rows}
    addresses.discard("")
    people = await uow.people.by_emails(addresses)
    outside = await uow.outside.by_emails(addresses - people.keys())
    owner = None if row.person_id is None else _as_known(await _person(row.person_id, uow))
    whose = (
        {owner.person_id}
        if owner is not None
        else {people[each.person].person_id for each in rows if each.person in people}
    )
    days = [each.held_on for each in rows if each.held_on is not None]
    there = await uow.entries.around(whose, min(days), max(days)) if days and whose else []
    stretches = [(found, each.current) for each in there if (found := stretch(each.current))]
    return Known(
        now=uow.now,
        owner=owner,
        people={address: _as_known(person) for address, person in people.items()},
        outside={address: (each.provider_id, each.name) for address, each in outside.items()},
        existing=[found for found, _ in stretches],
        existing_words={
            entry.entry_id: log_preview.entry_words(entry.held_on, entry.minutes, entry.title)
            for _, entry in stretches
        },
    )


async def _providers(found: Preview, actor: Actor, uow: LogbookUow) -> dict[str, str]:
    """Make the providers that are not known yet; return who stands for each placeholder."""
    wanted = {
        each.facts.provider_id
        for each in found.judged
        if each.facts is not None and each.facts.provider_id.startswith(log_preview.NEW)
    }
    ids: dict[str, str] = {}
    for each in found.providers:
        stands_for = f"{log_preview.NEW}{each.email}"
        if stands_for not in wanted or stands_for in ids:
            continue
        first = each.first_day
        named = await name_provider(
            NameProvider(
                name=each.name,
                email=each.email,
                agency=each.agency or None,
                # A log says what somebody held at its sessions, not since when.
                claims=tuple(Claim(kind=kind, valid_from=first) for kind in each.kinds)
                if first is not None
                else (),
            ),
            actor,
            uow,
        )
        ids[stands_for] = named.provider_id
    return ids


async def _person(person_id: str, uow: LogbookUow) -> PersonRow:
    person = await uow.people.get(person_id)
    if person is None:
        raise NotFound("Nobody of that kind is known here.")
    if person.left_at is not None:
        raise Conflict(f"{person.name} has left.")
    return person


def _as_known(person: PersonRow) -> KnownPerson:
    return KnownPerson(person_id=person.person_id, name=person.name, zone=person.zone)
