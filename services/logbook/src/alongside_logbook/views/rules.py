"""Rule packs as they are shown, with their sources."""

from alongside.contracts import Category
from alongside_logbook.domain.packs import Pack, Source
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import View


class PackLine(View):
    """A pack in the list."""

    pack: str
    category: Category
    title: str
    track: str
    purpose: str
    hours: int


class RulesView(View):
    """The packs of an association."""

    association: str
    name: str
    about: str
    packs: tuple[PackLine, ...]
    others: tuple[str, ...]
    """Other associations whose packs are here."""


class PackView(View):
    """A pack, whole, with what it cites."""

    id: str
    pack: Pack
    association: str
    sources: dict[str, Source]
    unsettled: tuple[str, ...]


async def rules_view(association: str | None, uow: LogbookUow) -> RulesView:
    """Return the packs of an association; of this installation's, if none is named."""
    if association is None:
        ours = await uow.people.association()
        association = ours.rules if ours else ""
    head = uow.rules.association(association)
    return RulesView(
        association=head.association,
        name=head.name,
        about=head.about,
        packs=tuple(
            PackLine(
                pack=pack.id,
                category=pack.category,
                title=pack.title,
                track=pack.track,
                purpose=pack.purpose,
                hours=pack.main.hours,
            )
            for pack in uow.rules.of(head.association)
        ),
        others=tuple(name for name in uow.rules.associations if name != head.association),
    )


def pack_view(name: str, uow: LogbookUow) -> PackView:
    """Return one pack."""
    pack = uow.rules.pack(name)
    head = uow.rules.association(pack.association)
    questions = (*pack.unsettled, *head.unsettled)
    while head.extends is not None:
        head = uow.rules.association(head.extends)
        questions += head.unsettled
    return PackView(
        id=pack.id,
        pack=pack,
        association=uow.rules.association(pack.association).name,
        sources=uow.rules.sources_of(pack),
        unsettled=tuple(dict.fromkeys(questions)),
    )
