"""What several pages say alike."""

from alongside.errors import Invalid
from alongside.web.auth import Viewer
from alongside.web.forms import Form, FormErrors
from alongside_logbook.domain.attendance import Ages, Mode
from alongside_logbook.handlers.confirmation import Seen
from alongside_logbook.store.uow import LogbookUow

MODES: dict[Mode, str] = {"in_person": "In person", "virtual": "By video or phone"}
AGES: dict[Ages, str] = {"0-3": "Before birth to 3", "3-6": "3 up to 6"}
AGES_CHOICES = (
    ("0-3", "Children up to 3"),
    ("3-6", "Children from 3 up to 6"),
    ("0-3,3-6", "Both"),
)
"""Whom the work concerned, as one choice."""

_LONGEST_NUMBER = 5
"""Digits: that many minutes are days."""


def whole_number(form: Form, name: str, errors: FormErrors) -> int | None:
    """Return a field's whole number, or none where it is empty; note what is no number."""
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        errors.add(name, "Give whole minutes, as digits only.")
        return None
    return int(text)


def ages_chosen(form: Form, name: str, errors: FormErrors) -> tuple[Ages, ...] | None:
    """Return whom the work concerned by one choice, or none where nobody chose."""
    text = form.text(name)
    if not text:
        return None
    found = tuple(each for each in AGES if each in text.split(","))
    if ",".join(found) != text:
        errors.add(name, "Choose one of these.")
        return None
    return found


def entries_seen(form: Form) -> tuple[Seen, ...]:
    """Return the entries a form names, as `id:version` each, with whom they concerned if chosen."""
    errors = FormErrors()
    found = []
    for text in form.many("entry"):
        if not text:
            continue
        entry_id, _, version = text.rpartition(":")
        if not entry_id or len(entry_id) > 64 or not version.isdigit():  # noqa: PLR2004  # ids are no longer
            raise Invalid("That form was not complete. Please try again.")
        ages = ages_chosen(form, f"ages-{entry_id}", errors)
        found.append(Seen(entry_id=entry_id, version=int(version), ages=ages))
    errors.raise_if_any()
    return tuple(found)


async def counts(viewer: Viewer, uow: LogbookUow) -> dict[str, int]:
    """Return how much waits for this person, for the navigation."""
    mine, others = await uow.entries.counts_of_awaiting(viewer.person_id)
    found = {"/hours": mine}
    if viewer.is_supervisor:
        _, unrecorded = await uow.sessions.awaiting(viewer.person_id, uow.now, limit=0)
        found["/attendance"] = unrecorded + others
    if viewer.is_supervisor or viewer.is_coordinator:
        _, found["/visits"] = await uow.visits.due(viewer.person_id, uow.now, limit=0)
    return found
