"""The notifier's unit of work: one transaction with every repository."""

from functools import cached_property

from alongside.db import UnitOfWork
from alongside_notifier.store.answers import Answers, Replies
from alongside_notifier.store.bounced import Bounced
from alongside_notifier.store.channels import ChannelMessages, Channels
from alongside_notifier.store.dues import Dues
from alongside_notifier.store.entries import Entries
from alongside_notifier.store.feeds import Feeds
from alongside_notifier.store.groups import Groups
from alongside_notifier.store.health import Health
from alongside_notifier.store.mails import Mails
from alongside_notifier.store.parts import Parts
from alongside_notifier.store.people import People
from alongside_notifier.store.record import Record
from alongside_notifier.store.reminders import Reminders
from alongside_notifier.store.seats import Seats
from alongside_notifier.store.series import Series
from alongside_notifier.store.short_notice import ShortNotice
from alongside_notifier.store.standings import Standings
from alongside_notifier.store.tellings import Tellings


class NotifierUow(UnitOfWork):
    """A transaction of the notifier."""

    @cached_property
    def people(self) -> People:
        """People, association, preferences."""
        return People(self.session)

    @cached_property
    def groups(self) -> Groups:
        """What holds for groups."""
        return Groups(self.session)

    @cached_property
    def series(self) -> Series:
        """Series, as last heard."""
        return Series(self.session)

    @cached_property
    def seats(self) -> Seats:
        """Each person's part in each series."""
        return Seats(self.session)

    @cached_property
    def tellings(self) -> Tellings:
        """What is due to be told."""
        return Tellings(self.session)

    @cached_property
    def reminders(self) -> Reminders:
        """Reminders."""
        return Reminders(self.session)

    @cached_property
    def mails(self) -> Mails:
        """The mail queue."""
        return Mails(self.session)

    @cached_property
    def bounced(self) -> Bounced:
        """Addresses from which mails came back."""
        return Bounced(self.session)

    @cached_property
    def answers(self) -> Answers:
        """What people answered."""
        return Answers(self.session)

    @cached_property
    def replies(self) -> Replies:
        """Answer mails."""
        return Replies(self.session)

    @cached_property
    def entries(self) -> Entries:
        """Hour entries."""
        return Entries(self.session)

    @cached_property
    def short_notice(self) -> ShortNotice:
        """Changes at short notice."""
        return ShortNotice(self.session)

    @cached_property
    def standings(self) -> Standings:
        """Where supervisees stand."""
        return Standings(self.session)

    @cached_property
    def feeds(self) -> Feeds:
        """Feeds."""
        return Feeds(self.session)

    @cached_property
    def health(self) -> Health:
        """How news reaches people."""
        return Health(self.session)

    @cached_property
    def parts(self) -> Parts:
        """What feeds beside people's own say."""
        return Parts(self.session)

    @cached_property
    def dues(self) -> Dues:
        """What is due on which day."""
        return Dues(self.session)

    @cached_property
    def channels(self) -> Channels:
        """Channels beside mail that people turned on."""
        return Channels(self.session)

    @cached_property
    def channel_messages(self) -> ChannelMessages:
        """What goes by them."""
        return ChannelMessages(self.session)

    @cached_property
    def record(self) -> Record:
        """Everything that was sent."""
        return Record(self.session)
