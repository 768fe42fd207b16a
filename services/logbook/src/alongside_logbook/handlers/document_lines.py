"""What a document needs of the record: goals, and sessions with whoever stands behind them."""

from collections.abc import Iterable, Sequence

from pydantic_core import from_json

from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.papers.hours_sheets import Line, Provider
from alongside_logbook.domain.rules.engine import Verdict
from alongside_logbook.domain.signatures import signatures
from alongside_logbook.domain.toward import Toward
from alongside_logbook.handlers.outside_providers import address_of
from alongside_logbook.handlers.progress import credentials_of
from alongside_logbook.store.uow import LogbookUow

UNKNOWN = "Somebody not known here yet"


async def goals_toward(person_id: str, uow: LogbookUow) -> tuple[Toward, ...]:
    """Return what a person's hours are counted toward, the category they pursue first."""
    row = await uow.progress.get(person_id)
    rows = [row.body] if row is not None else []
    rows += [each.body for each in await uow.goals.progress(person_id)]
    found: dict[str, Toward] = {}
    for place, progress in enumerate(rows):
        if progress.pack is not None:
            pack = uow.rules.pack(progress.pack)
            name = progress.goal or f"{pack.purpose}/{pack.category}"
            found.setdefault(name, Toward(name, progress, pack, main=row is not None and not place))
    return tuple(found.values())


async def lines_of(
    histories: Sequence[Sequence[EntryVersion]],
    person_id: str,
    toward: Toward | None,
    uow: LogbookUow,
) -> list[Line]:
    """Return entries, given with all their versions, as a document shows them."""
    verdicts = await _verdicts(person_id, toward, uow)
    providers = await _providers({each[-1].provider_id for each in histories}, uow)
    return [
        Line(
            entry=history[-1],
            signatures=signatures(history),
            provider=providers[history[-1].provider_id],
            corrections=sum(each.act == "corrected" for each in history),
            verdict=verdicts.get(history[-1].entry_id),
        )
        for history in histories
    ]


async def _verdicts(person_id: str, toward: Toward | None, uow: LogbookUow) -> dict[str, Verdict]:
    if toward is None:
        return {}
    found: dict[str, Verdict] = {}
    for told in await uow.entries.told_of(person_id):
        verdict = from_json(told.verdicts).get(toward.name) if told.verdicts else None
        if verdict is not None:
            found[told.entry_id] = Verdict.model_validate(verdict)
        elif told.verdict is not None and toward.main:
            found[told.entry_id] = Verdict.model_validate_json(told.verdict)
    return found


async def _providers(provider_ids: set[str], uow: LogbookUow) -> dict[str, Provider]:
    people = await uow.people.many(provider_ids)
    elsewhere = await uow.outside.many(provider_ids - people.keys())
    held = await credentials_of(provider_ids, uow)
    found = {
        each: Provider(each, people[each].name if each in people else UNKNOWN)
        for each in provider_ids
    }
    for each, row in elsewhere.items():
        found[each] = Provider(
            each,
            row.name,
            email=address_of(row, uow) or "",
            agency=row.agency or "",
            claimed=row.registry_state == "unchecked",
        )
    return {
        each: Provider(
            each,
            known.name,
            held.get(each, ()),
            known.email,
            known.agency,
            claimed=known.claimed,
        )
        for each, known in found.items()
    }


async def signers_of(lines: Iterable[Line], uow: LogbookUow) -> dict[str, str]:
    """Return the names of whoever signed."""
    ids = {
        word.person_id
        for line in lines
        for word in (line.signatures.provider, line.signatures.supervisee)
        if word is not None
    }
    people = await uow.people.many(ids)
    elsewhere = await uow.outside.many(ids - people.keys())
    return {
        **{each: row.name for each, row in people.items()},
        **{each: row.name for each, row in elsewhere.items()},
    }
