"""Rule packs as they are shown, with their sources."""

from datetime import date

from alongside_logbook.domain.rules.packs import Pack, Purpose, Source
from alongside_logbook.rulebook import Rulebook, is_choice
from alongside_logbook.rulewords import in_force, rhythm, short
from alongside_logbook.store.uow import LogbookUow
from alongside_logbook.views.people import View

SHOWN: tuple[Purpose, ...] = ("apply", "ers", "renew", "reinstate")


class Cell(View):
    """What a category asks for one purpose."""

    pack: str
    rsc: int
    """Hours."""
    training: int
    """Hours."""


class CategoryLine(View):
    """A category, and what it asks for each purpose."""

    category: str
    title: str
    track: str
    cells: dict[Purpose, Cell | None]


class PackLine(View):
    """A pack in a plain list."""

    pack: str
    category: str
    title: str
    track: str
    purpose: Purpose
    hours: int
    """Of RSC."""


class AssociationLine(View):
    """An association in the list."""

    association: str
    name: str
    renews: str
    """Every how many years, and when next."""
    differs: int
    """How many of its packs are not simply those of the association it extends."""
    unsettled: int


class RulesView(View):
    """The packs of an association, those that are in force, and the other associations."""

    association: str
    ours: str
    """The association by whose rules hours count here."""
    name: str
    about: str
    address: str | None
    purposes: tuple[Purpose, ...]
    """For which there is any pack."""
    categories: tuple[CategoryLine, ...]
    unsettled: tuple[str, ...]
    associations: tuple[AssociationLine, ...]
    packs: tuple[PackLine, ...]
    """Every pack of the association, whenever it holds."""
    others: tuple[str, ...]
    """The other associations, by name."""


class EditionLine(View):
    """Another edition of a pack."""

    pack: str
    holds: str
    asks: str
    choice: bool
    """Whether it holds only where an association chooses it."""


class PackView(View):
    """A pack, whole, with what it cites."""

    id: str
    pack: Pack
    association: str
    sources: dict[str, Source]
    unsettled: tuple[str, ...]
    editions: tuple[EditionLine, ...]
    today: date


async def rules_view(association: str | None, uow: LogbookUow) -> RulesView:
    """Return the packs of an association; of this installation's, if none is named."""
    described = await uow.people.association()
    ours = uow.rules.association(described.rules if described else "").association
    return rules_of(association or ours, uow.rules, uow.now.date(), ours)


def rules_of(association: str, book: Rulebook, today: date, ours: str = "") -> RulesView:
    """Return the packs of an association as they hold on a day."""
    head = book.association(association)
    packs = book.of(head.association)
    lines: dict[str, CategoryLine] = {}
    for pack in packs:
        line = lines.get(pack.category)
        if line is None:
            line = lines[pack.category] = CategoryLine(
                category=pack.category,
                title=pack.title,
                track=pack.track,
                cells=dict.fromkeys(SHOWN),
            )
        held = book.find(head.association, pack.purpose, pack.category, today)
        if held is not None:
            line.cells[pack.purpose] = _cell(held)
    return RulesView(
        association=head.association,
        ours=ours,
        name=head.name,
        about=head.about,
        address=head.address,
        purposes=tuple(
            purpose for purpose in SHOWN if any(pack.purpose == purpose for pack in packs)
        ),
        categories=tuple(lines.values()),
        unsettled=_unsettled(head.association, book),
        associations=tuple(_line(name, book, today) for name in book.associations),
        packs=tuple(
            PackLine(
                pack=pack.name,
                category=pack.category,
                title=pack.title,
                track=pack.track,
                purpose=pack.purpose,
                hours=_cell(pack).rsc,
            )
            for pack in packs
        ),
        others=tuple(name for name in book.associations if name != head.association),
    )


def _cell(pack: Pack) -> Cell:
    hours = {each.kind: each.hours for each in pack.requirements if each.of is None}
    return Cell(pack=pack.name, rsc=hours.get("rsc", 0), training=hours.get("training", 0))


def _line(name: str, book: Rulebook, today: date) -> AssociationLine:
    head = book.associations[name]
    renewals = [
        found
        for pack in book.of(name, "renew")
        if (found := book.find(name, "renew", pack.category, today)) is not None
    ]
    return AssociationLine(
        association=name,
        name=head.name,
        renews=rhythm(renewals[0], today) if renewals else "",
        differs=sum(1 for pack in book.of(name) if pack.name not in book.taken_over),
        unsettled=len(head.unsettled),
    )


def pack_view(name: str, uow: LogbookUow) -> PackView:
    """Return one pack."""
    book = uow.rules
    pack = book.pack(name)
    return PackView(
        id=pack.id,
        pack=pack,
        association=book.association(pack.association).name,
        sources=book.sources_of(pack),
        unsettled=tuple(dict.fromkeys((*pack.unsettled, *_unsettled(pack.association, book)))),
        editions=tuple(
            EditionLine(
                pack=other.name, holds=in_force(other), asks=short(other), choice=is_choice(other)
            )
            for other in book.editions(pack.id)
            if other.name != pack.name
        ),
        today=uow.now.date(),
    )


def _unsettled(association: str, book: Rulebook) -> tuple[str, ...]:
    questions: tuple[str, ...] = ()
    name: str | None = association
    while name is not None:
        head = book.associations[name]
        questions += head.unsettled
        name = head.extends
    return tuple(dict.fromkeys(questions))
