"""The scheduler's unit of work: one transaction, with a repository for each noun."""

from functools import cached_property

from alongside.db import UnitOfWork
from alongside_scheduler.domain.access import NOBODY, Actor
from alongside_scheduler.store.ahead import SessionsAhead
from alongside_scheduler.store.association import AssociationStore
from alongside_scheduler.store.availability import AvailabilityStore, RequestStore
from alongside_scheduler.store.busy import BusyStore
from alongside_scheduler.store.calendar import CalendarStore
from alongside_scheduler.store.clocks import ClockStore
from alongside_scheduler.store.copies import Copies
from alongside_scheduler.store.free import FreeStore
from alongside_scheduler.store.groups import GroupStore
from alongside_scheduler.store.imports import ImportStore
from alongside_scheduler.store.overview import OverviewStore
from alongside_scheduler.store.people import PeopleStore
from alongside_scheduler.store.planning import PlanningStore
from alongside_scheduler.store.polls import PollStore
from alongside_scheduler.store.search import SearchStore
from alongside_scheduler.store.seats import SeatStore
from alongside_scheduler.store.series import SeriesStore
from alongside_scheduler.store.sessions import SessionStore
from alongside_scheduler.store.sign_ins import SignInStore
from alongside_scheduler.store.visits import VisitStore


class SchedulerUow(UnitOfWork):
    """What a use case works with. `actor` is who asks: nobody may do anything until it is set."""

    actor: Actor = NOBODY

    @cached_property
    def association(self) -> AssociationStore:
        """Whose installation this is."""
        return AssociationStore(self.session)

    @cached_property
    def planning(self) -> PlanningStore:
        """What stands around a group when a series is planned."""
        return PlanningStore(self.session)

    @cached_property
    def people(self) -> PeopleStore:
        """People and their credentials."""
        return PeopleStore(self.session)

    @cached_property
    def groups(self) -> GroupStore:
        """Groups and their rosters."""
        return GroupStore(self.session)

    @cached_property
    def seats(self) -> SeatStore:
        """Who takes a seat on which day, who waits for one, and to whom it is offered."""
        return SeatStore(self.session)

    @cached_property
    def series(self) -> SeriesStore:
        """Series, and the time they take of people."""
        return SeriesStore(self.session)

    @cached_property
    def clocks(self) -> ClockStore:
        """Which series are known to be right by which time-zone database."""
        return ClockStore(self.session)

    @cached_property
    def sessions(self) -> SessionStore:
        """Meetings, searched by time and person."""
        return SessionStore(self.session)

    @cached_property
    def free(self) -> FreeStore:
        """Which time of people is taken."""
        return FreeStore(self.session)

    @cached_property
    def availability(self) -> AvailabilityStore:
        """When providers can be booked."""
        return AvailabilityStore(self.session)

    @cached_property
    def requests(self) -> RequestStore:
        """Requests where nothing fits."""
        return RequestStore(self.session)

    @cached_property
    def calendar(self) -> CalendarStore:
        """Meetings as a calendar shows them, many at once."""
        return CalendarStore(self.session)

    @cached_property
    def ahead(self) -> SessionsAhead:
        """What lies ahead of people: sessions in which they receive supervision."""
        return SessionsAhead(self.session)

    @cached_property
    def overview(self) -> OverviewStore:
        """Counts for the first page."""
        return OverviewStore(self.session)

    @cached_property
    def search(self) -> SearchStore:
        """People and groups, by how the words of their names begin."""
        return SearchStore(self.session)

    @cached_property
    def sign_ins(self) -> SignInStore:
        """Links, sign-ins and tokens."""
        return SignInStore(self.session)

    @cached_property
    def imports(self) -> ImportStore:
        """Tables of people that wait for a yes."""
        return ImportStore(self.session)

    @cached_property
    def copies(self) -> Copies:
        """What other services said: answers and progress."""
        return Copies(self.session)

    @cached_property
    def busy(self) -> BusyStore:
        """When people are busy elsewhere, and which times of a week suit them."""
        return BusyStore(self.session)

    @cached_property
    def polls(self) -> PollStore:
        """Polls for a time."""
        return PollStore(self.session)

    @cached_property
    def visits(self) -> VisitStore:
        """Sites, pairings and visits."""
        return VisitStore(self.session)
