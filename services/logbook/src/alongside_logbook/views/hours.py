"""The page of somebody's hours, in as few questions to the database as it takes."""

from collections.abc import Sequence

from alongside_logbook.handlers.actor import Actor
from alongside_logbook.store.tables import EntryRow
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.entries import EntriesPage, EntryView, view_of
from alongside_logbook.views.people import Names, View
from alongside_logbook.views.progress import ProgressView, standing_of


class HoursView(View):
    """Where somebody stands, what waits for whose word, and a page of entries."""

    progress: ProgressView
    entries: EntriesPage
    to_confirm: tuple[EntryView, ...]
    """What waits for their own first word, oldest first; at most as many as are shown at once."""
    sent_back: tuple[EntryView, ...]
    with_others: tuple[EntryView, ...]
    waiting: int
    """How many wait for them in all."""


async def hours_view(
    person_id: str, actor: Actor, uow: LogbookUow, *, page: int, size: int, at_once: int
) -> HoursView:
    """Return what the page of somebody's hours shows; raise `NotFound` for who may not see them."""
    found = await standing_of(person_id, actor, uow)
    rows, total = await uow.entries.page(person_id, limit=size, offset=(page - 1) * size)
    mine: Sequence[EntryRow] = ()
    others: Sequence[EntryRow] = ()
    awaited = {each.person_id: each.entries for each in found.progress.awaited}
    if person_id in awaited:
        mine = await uow.entries.waiting_of(person_id, mine=True, limit=at_once)
    if awaited.keys() - {person_id}:
        others = await uow.entries.waiting_of(person_id, mine=False, limit=at_once)
    shown = {row.entry_id: row for row in (*rows, *mine, *others)}
    names = await Names.of(uow, {*found.named, *(row.provider_id for row in shown.values())})
    views = {row.entry_id: view_of(row, actor, names) for row in shown.values()}
    return HoursView(
        progress=found.view(names),
        entries=EntriesPage(
            entries=tuple(views[row.entry_id] for row in rows),
            total=total,
            page=page,
            pages=max(1, -(-total // size)),
        ),
        to_confirm=tuple(views[row.entry_id] for row in mine if row.status == "recorded"),
        sent_back=tuple(views[row.entry_id] for row in mine if row.status == "returned"),
        with_others=tuple(views[row.entry_id] for row in others),
        waiting=awaited.get(person_id, 0),
    )
