"""The logbook's unit of work: one transaction, with a repository for each noun."""

from functools import cached_property

from alongside.db import UnitOfWork
from alongside.secrets import MissingKey, Secrets
from alongside_logbook.rulebook import Rulebook, shipped
from alongside_logbook.store.board import BoardStore
from alongside_logbook.store.departures import DepartureStore
from alongside_logbook.store.documents import DocumentStore
from alongside_logbook.store.entries import EntryStore
from alongside_logbook.store.goals import GoalStore
from alongside_logbook.store.imports import ImportStore
from alongside_logbook.store.outside import OutsideStore
from alongside_logbook.store.people import PeopleStore
from alongside_logbook.store.progress import ProgressStore
from alongside_logbook.store.sessions import SessionStore
from alongside_logbook.store.trainings import TrainingStore
from alongside_logbook.store.visits import VisitStore
from alongside_logbook.store.waiting import WaitingStore


class LogbookUow(UnitOfWork):
    """What a use case works with."""

    async def commit(self) -> None:
        """Make everything so far permanent, with whose progress is to be worked out again."""
        await self.progress.mark_stale()
        await super().commit()

    @cached_property
    def people(self) -> PeopleStore:
        """Copies of people and of the association."""
        return PeopleStore(self.session)

    @cached_property
    def sessions(self) -> SessionStore:
        """Copies of series and their occurrences."""
        return SessionStore(self.session)

    @cached_property
    def visits(self) -> VisitStore:
        """Consultants' visits."""
        return VisitStore(self.session)

    @cached_property
    def waiting(self) -> WaitingStore:
        """Whose word is missing, and who was reminded."""
        return WaitingStore(self.session)

    @cached_property
    def entries(self) -> EntryStore:
        """Hour entries in every version."""
        return EntryStore(self.session)

    @cached_property
    def documents(self) -> DocumentStore:
        """Documents that were issued."""
        return DocumentStore(self.session)

    @cached_property
    def progress(self) -> ProgressStore:
        """Where people stand."""
        return ProgressStore(self.session)

    @cached_property
    def board(self) -> BoardStore:
        """The coordinator's board, in ready rows."""
        return BoardStore(self.session)

    @cached_property
    def goals(self) -> GoalStore:
        """What people chose to work toward."""
        return GoalStore(self.session)

    @cached_property
    def outside(self) -> OutsideStore:
        """Providers from elsewhere, and what they are asked."""
        return OutsideStore(self.session)

    @property
    def secrets(self) -> Secrets:
        """The keys that seal what is kept secretly, and make links nobody can guess."""
        raise MissingKey("This unit of work was opened without keys.")

    @cached_property
    def imports(self) -> ImportStore:
        """Logs that were read in."""
        return ImportStore(self.session, self.secrets)

    @cached_property
    def trainings(self) -> TrainingStore:
        """Trainings in every version, and their certificates."""
        return TrainingStore(self.session)

    @cached_property
    def departures(self) -> DepartureStore:
        """Who leaves, and what is removed then."""
        return DepartureStore(self.session)

    @property
    def rules(self) -> Rulebook:
        """The rule packs."""
        return shipped()


def with_rules(rulebook: Rulebook, secrets: Secrets) -> type[LogbookUow]:
    """Return a unit of work that goes by these packs, and holds these keys."""
    return type("LogbookUow", (LogbookUow,), {"rules": rulebook, "secrets": secrets})
