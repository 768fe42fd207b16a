"""The page of somebody's hours, in as few questions to the database as it takes."""

from alongside_logbook.handlers.actor import Actor
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
    rows = await uow.entries.shown(
        person_id,
        limit=size,
        offset=(page - 1) * size,
        at_once=at_once,
        total=found.progress.entries,
    )
    shown = {row.entry_id: row for row in (*rows.page, *rows.mine, *rows.others)}
    names = await Names.of(uow, {*found.named, *(row.provider_id for row in shown.values())})
    views = {row.entry_id: view_of(row, actor, names) for row in shown.values()}
    return HoursView(
        progress=found.view(names),
        entries=EntriesPage(
            entries=tuple(views[row.entry_id] for row in rows.page),
            total=rows.total,
            page=page,
            pages=max(1, -(-rows.total // size)),
        ),
        to_confirm=tuple(views[row.entry_id] for row in rows.mine if row.status == "recorded"),
        sent_back=tuple(views[row.entry_id] for row in rows.mine if row.status == "returned"),
        with_others=tuple(views[row.entry_id] for row in rows.others),
        waiting=next(
            (each.entries for each in found.progress.awaited if each.person_id == person_id), 0
        ),
    )
