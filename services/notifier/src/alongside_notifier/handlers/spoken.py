"""In which language somebody is written to."""

from alongside_notifier.desk import Desk
from alongside_notifier.domain.words import Words
from alongside_notifier.store.uow import NotifierUow


async def words_for(person_id: str, uow: NotifierUow, desk: Desk) -> Words:
    """Return the words of the language that a person chose, else of the installation's."""
    return desk.words((await uow.people.preferences(person_id)).language)
