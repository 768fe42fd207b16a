"""Everything the logbook holds about one person, as files that can be taken along."""

import csv
import io
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from alongside_logbook.domain.areas import AREA_NAMES
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.leaving import KEPT_YEARS
from alongside_logbook.domain.training import TrainingVersion
from alongside_logbook.handlers.outside_providers import opened
from alongside_logbook.sheets import Cell, plain
from alongside_logbook.store.own_rows import OWN, OwnRows, Row
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import Names, View
from alongside_logbook.zipped import Chunks

SERVICE = "logbook"
FORMAT = 1
"""Rises when a program that reads these files would have to look anew."""


class MyDataView(View):
    """What there is about somebody, and how far their leaving is."""

    counts: dict[str, int]
    certificate_bytes: int
    addresses: int
    """Providers from elsewhere whose address only this person gave."""
    coordinators: tuple[str, ...]


async def my_data_view(person_id: str, uow: LogbookUow) -> MyDataView:
    """Return how much there is about somebody."""
    everybody = await uow.people.everybody()
    return MyDataView(
        counts=await OwnRows(uow.session).counts(person_id),
        certificate_bytes=await uow.trainings.used(person_id),
        addresses=len(await uow.departures.named_alone(person_id)),
        coordinators=tuple(row.name for row in everybody if "coordinator" in row.roles),
    )


async def own_files(person_id: str, uow: LogbookUow) -> AsyncGenerator[tuple[str, Chunks]]:
    """Yield the files of the archive, each with its content in pieces. Each is read before the next."""
    own = OwnRows(uow.session)
    counts = await own.counts(person_id)
    names = await Names.of(uow, await own.people_in(person_id))
    yield "README.txt", _whole(_readme(counts, uow.now.date()).encode())
    yield "about-me.json", _whole(to_json(await _about(person_id, counts, uow), indent=2))
    for name in OWN:
        if name == "certificates":
            continue
        yield f"{name}.json", _array(own.each(name, person_id), _told(name, uow))
    yield (
        "hours.csv",
        _table(HOURS, own.each("hours", person_id), lambda row: _hour(row["current"], names)),
    )
    yield (
        "given.csv",
        _table(GIVEN, own.each("given", person_id), lambda row: _given_line(row["current"])),
    )
    yield (
        "trainings.csv",
        _table(TRAININGS, own.each("trainings", person_id), lambda row: _training(row["current"])),
    )
    called = await _file_names(person_id, uow)
    yield "certificates.json", _whole(to_json(called, indent=2))
    async for sha256, content in uow.trainings.each_file(person_id):
        name = called.get(sha256, "certificate")
        yield f"certificates/{sha256[:12]} {name}", _whole(content)


HOURS = (
    "day", "starts", "zone", "title", "provider", "individual or group", "minutes", "about RSC given",
    "administrative or clinical", "scheduled minutes", "present", "state", "awaits whom", "entry",
)  # fmt: skip
GIVEN = (
    "day", "starts", "zone", "title", "individual or group", "minutes", "about RSC given", "state",
    "entry",
)  # fmt: skip
TRAININGS = (
    "first day", "last day", "kind", "title", "trainer", "offered by", "minutes", "areas",
    "about giving RSC", "DEI", "degree or certificate", "credits", "files", "state", "training",
)  # fmt: skip


def _hour(entry: EntryVersion, names: Names) -> Sequence[Cell]:
    awaits = {entry.supervisee_id: "me", entry.provider_id: "the provider"}
    return (
        *_when(entry),
        entry.title,
        names(entry.provider_id).name,
        entry.kind,
        entry.minutes,
        entry.about_rsc_minutes,
        entry.other_minutes,
        entry.scheduled_minutes,
        entry.head_count,
        entry.status,
        awaits.get(entry.awaits or "", ""),
        entry.entry_id,
    )


def _given_line(entry: EntryVersion) -> Sequence[Cell]:
    return (
        *_when(entry),
        entry.title,
        entry.kind,
        entry.minutes,
        entry.about_rsc_minutes,
        entry.status,
        entry.entry_id,
    )


def _when(entry: EntryVersion) -> Sequence[Cell]:
    return entry.held_on.isoformat(), entry.started_at.isoformat(), entry.zone


def _training(training: TrainingVersion) -> Sequence[Cell]:
    return (
        training.first_day.isoformat(),
        training.last_day.isoformat(),
        training.kind,
        training.title,
        training.trainer,
        training.sponsor,
        training.minutes,
        "; ".join(AREA_NAMES[area] for area in training.areas),
        "yes" if training.about_rsc else "no",
        "yes" if training.dei else "no",
        training.award,
        training.credits,
        len(training.certificates),
        training.status,
        training.training_id,
    )


_GIVEN = frozenset(
    {"entry_id", "version", "title", "kind", "started_at", "zone", "held_on", "scheduled_minutes"}
    | {"minutes", "about_rsc_minutes", "other_minutes", "status", "act", "at"}
)
"""Of an hour somebody gave: no name, and nobody else's words."""


def _told(name: str, uow: LogbookUow) -> Callable[[Row], Mapping[str, Any]]:
    """Return how a row of this kind is told."""

    def given(row: Row) -> Mapping[str, Any]:
        return {key: value for key, value in _plain(row).items() if key in _GIVEN}

    def provider(row: Row) -> Mapping[str, Any]:
        sealed = row.pop("email_sealed")
        return {**row, "address": opened(sealed, uow)}

    return {"given": given, "outside-providers": provider}.get(name, _plain)


def _plain(row: Row) -> Mapping[str, Any]:
    current = row.pop("current", None)
    if isinstance(current, BaseModel):
        return {**current.model_dump(mode="json"), **row}
    return row


async def _array(rows: AsyncGenerator[Row], told: Callable[[Row], Mapping[str, Any]]) -> Chunks:
    yield b"[" + b"\n"
    between = b""
    async with aclosing(rows):
        async for row in rows:
            yield between + to_json(told(row))
            between = b",\n"
    yield b"\n]\n"


async def _table(
    columns: Sequence[str], rows: AsyncGenerator[Row], line: Callable[[Row], Iterable[Cell]]
) -> Chunks:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    async with aclosing(rows):
        async for row in rows:
            table.writerow([plain(cell) for cell in line(row)])
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


async def _whole(content: bytes) -> Chunks:
    yield content


async def _about(person_id: str, counts: Mapping[str, int], uow: LogbookUow) -> dict[str, Any]:
    person = await uow.people.get(person_id)
    association = await uow.people.association()
    leaving = await uow.departures.get(person_id)
    return {
        "service": SERVICE,
        "format": FORMAT,
        "person_id": person_id,
        "made_at": uow.now.isoformat(),
        "association": association.name if association else None,
        "person": (
            to_jsonable_python(person.model_dump(exclude={"email_digest"})) if person else None
        ),
        "leaving": to_jsonable_python(leaving.model_dump()) if leaving else None,
        "counts": dict(counts),
        "elsewhere": {
            "scheduler": "/api/scheduler/v1/my-data",
            "notifier": "/api/notifier/v1/my-data",
        },
    }


async def _file_names(person_id: str, uow: LogbookUow) -> dict[str, str]:
    rows = await uow.trainings.of_person(person_id, withdrawn=True)
    return {each.sha256: each.name for row in rows for each in row.current.certificates}


_FILES = {
    "hours": "every hour entry as it stands, with what it counts for and why (also as hours.csv)",
    "hours-history": "every version of every entry, in order, with the hashes that prove them",
    "trainings": "trainings and courses as they stand (also as trainings.csv)",
    "trainings-history": "every version of every training, with the hashes",
    "certificates": "the files put to trainings, in the folder of that name",
    "given": "hours you gave as a provider: minutes and days, no names (also as given.csv)",
    "progress": "where you stand toward the category you pursue",
    "progress-of-goals": "where you stand toward each further goal",
    "milestones": "what appeared to be met, and when for the first time",
    "goals": "what you chose to work toward, step by step",
    "visits": "visits you made as a consultant",
    "imports": "logs you read in",
    "outside-providers": "providers from elsewhere whom you named, with the address you gave",
    "requests-to-vouch": "what such providers were asked for you",
    "documents": "documents that were issued about you, with their verification codes",
}


def _readme(counts: Mapping[str, int], today: date) -> str:
    lines = "\n".join(f"  {f'{name}.json':24} {counts[name]:>6}  {_FILES[name]}" for name in OWN)
    return f"""Your data in the logbook of Alongside, as of {today.isoformat()}

What is in here
---------------
{lines}
  about-me.json                    who you are here, and how much there is of each

Minutes are whole minutes. Instants are in UTC; days are days of the session's own place.
"Appears to meet" is never an approval: only your association decides.

How to prove the history
------------------------
Rows of hours-history.json and trainings-history.json are numbered by "position". Each "hash" is
the SHA-256 of the text "prev_hash" followed by the text "body", and the next row's "prev_hash" is
that hash; the first follows 64 zeros. If all of them fit, nothing was changed or left out between.
A file in certificates/ is the one that was put there if its SHA-256 stands in its training.

What is not in here
-------------------
Other people's words and addresses. What the scheduler and the notifier hold (sign-ins, bookings,
availability; mails, answers, preferences) is handed out by them: see "elsewhere" in about-me.json.

If you leave
------------
Certificates, the addresses of providers only you named, and what is left of files you read in are
removed thirty days after you leave or ask for it. Confirmed hours stay, because they prove hours of
two people and may be audited; it is known whose they were for {KEPT_YEARS} years after you left.
"""
