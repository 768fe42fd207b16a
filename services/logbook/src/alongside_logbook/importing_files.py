"""What `alongside import hours` does: the same as the pages, with a bar that grows."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from alongside.cli_support import console, service
from alongside.errors import Invalid
from alongside_logbook.domain.logs.headings import COLUMNS
from alongside_logbook.domain.logs.mapping import Mapping, Sheet, folded
from alongside_logbook.domain.logs.preview import State
from alongside_logbook.domain.words import counted, duration
from alongside_logbook.handlers import imports as cases
from alongside_logbook.handlers.actor import Actor
from alongside_logbook.handlers.importing import Importer
from alongside_logbook.reports import person_id_of
from alongside_logbook.sheets import csv_of
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.uploads.process import read_apart

_WORDS: dict[State, str] = {
    "good": "good",
    "warning": "with a remark",
    "left_out": "left out",
    "refused": "refused",
}
_REASONS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said."""

    file: Path
    person: str
    by: str
    columns: tuple[str, ...]
    dates: str
    numbers: str
    provider: str
    addresses: tuple[str, ...]
    sheet: str
    with_clashes: bool
    refused: Path | None
    dry_run: bool


async def brought_in(asked: Asked) -> str | None:
    """Bring a log in; return the id of the import, or none if nothing was entered."""
    table = await read_apart(await asyncio.to_thread(asked.file.read_bytes), asked.sheet)
    for words in table.said:
        console.print(words, markup=False)
    async with service("logbook") as logbook:
        async with logbook.uow() as uow:
            actor = await _actor(asked.by, uow)
            command = cases.StageLog(
                file_name=asked.file.name,
                table=table,
                person_id=await person_id_of(asked.person, uow) if asked.person else None,
                many=not asked.person,
            )
            row = await cases.stage_log(command, actor, uow)
            found = await cases.preview(row.id, actor, uow)
            mapping = _mapping(asked, found.mapping, found.sheet)
            await cases.explain_columns(row.id, mapping, actor, uow)
            found = await cases.preview(row.id, actor, uow)
            _tell(found, ambiguous=None if asked.dates else found.ambiguous)
            if asked.refused is not None:
                refused = cases.refused_table(found)
                text = csv_of(refused["headings"], refused["rows"])
                await asyncio.to_thread(asked.refused.write_text, text, encoding="utf-8-sig")
            if asked.dry_run:
                return None
            clashing = [each.row.line for each in found.judged if each.state == "left_out"]
            take = tuple(clashing) if asked.with_clashes else ()
            await cases.confirm_import(row.id, cases.ConfirmImport(take=take), actor, uow)
            await uow.commit()
        with _bar("Entering") as told:
            await Importer(logbook.uow).carry_on(row.id, told)
    return row.id


async def taken_back(import_id: str, by: str, confirmed: str) -> None:
    """Take back everything that an import entered."""
    try:
        command = cases.UndoImport.model_validate({"confirmed": confirmed or None})
    except ValidationError:
        raise Invalid("Say keep or withdraw.", field="--confirmed") from None
    async with service("logbook") as logbook:
        async with logbook.uow() as uow:
            row = await uow.imports.get(import_id)
            actor = await _actor(by or row.by_id, uow)
            await cases.undo_import(import_id, command, actor, uow)
            await uow.commit()
        with _bar("Taking back") as told:
            await Importer(logbook.uow).carry_on(import_id, told)


async def _actor(who: str, uow: LogbookUow) -> Actor:
    if not who:
        raise Invalid("Say who brings it in.", field="--by")
    person_id = await person_id_of(who, uow)
    person = await uow.people.get(person_id)
    return Actor(person_id, coordinator=person is not None and "coordinator" in person.roles)


def _mapping(asked: Asked, guessed: Mapping, sheet: Sheet) -> Mapping:
    said: dict[str, Any] = guessed.model_dump()
    columns: dict[str, int] = said["columns"]
    for pair in asked.columns:
        means, _, heading = pair.partition("=")
        if means not in COLUMNS:
            raise Invalid(f"A column can mean {', '.join(COLUMNS)}; not {means!r}.", field="--map")
        place = _place(heading, sheet)
        columns = {each: at for each, at in columns.items() if at != place} | {means: place}
    said["columns"] = columns
    if asked.dates:
        said["order"] = asked.dates
    if asked.numbers:
        said["unit"] = asked.numbers
    if asked.provider:
        said["provider_name"], said["provider_email"] = parseaddr(asked.provider)
    for pair in asked.addresses:
        name, _, address = pair.rpartition("=")
        said["addresses"][folded(name)] = address
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{where}: {first['msg']}") from None


def _place(heading: str, sheet: Sheet) -> int:
    folded_headings = [each.casefold() for each in sheet.headings]
    if heading.casefold() in folded_headings:
        return folded_headings.index(heading.casefold())
    if heading.isdigit() and 1 <= int(heading) <= len(sheet.headings):
        return int(heading) - 1
    raise Invalid(f"There is no column {heading!r}; there are {', '.join(sheet.headings)}.")


def _tell(found: cases.Preview, *, ambiguous: str | None) -> None:
    for means, place in found.mapping.columns.items():
        console.print(f"  {found.sheet.headings[place]} → {COLUMNS[means][0]}", markup=False)
    if found.sheet.notes:
        console.print(f"Left behind: {', '.join(found.sheet.notes)}.", markup=False)
    if ambiguous is not None:
        console.print(
            f"{ambiguous} can be read in two ways; it was read as {found.mapping.order}. "
            "Say --dates if that is wrong.",
            style="yellow",
            markup=False,
        )
    number = Counter(each.state for each in found.judged)
    minutes = sum(each.row.minutes for each in found.judged if each.state in {"good", "warning"})
    told = ", ".join(f"{number[state]} {words}" for state, words in _WORDS.items() if number[state])
    console.print(
        f"{counted(len(found.judged), 'row')}: {told}; {duration(minutes)}.", markup=False
    )
    wrong = [each for each in found.judged if each.state in {"left_out", "refused"}]
    for each in wrong[:_REASONS]:
        console.print(f"  row {each.row.line}: {' '.join(each.reasons)}", markup=False)
    if len(wrong) > _REASONS:
        console.print(
            f"  and {len(wrong) - _REASONS} more; --refused FILE lists them", markup=False
        )


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], object]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(words, total=None)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield told
