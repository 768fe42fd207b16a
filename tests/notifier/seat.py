"""One person and one series: what they were told, their mailbox, and the client that files it."""

from alongside_notifier.domain.addresses import tagged
from alongside_notifier.domain.calendar import Names, feed_fragment
from alongside_notifier.domain.itip import Party, itip
from alongside_notifier.domain.mime import Envelope, Letter, compose
from alongside_notifier.domain.told import NOTHING, Message, left_to_tell
from alongside_notifier.domain.vcalendar import Fragment, feed
from alongside_notifier.domain.view import is_removed, membership_sequence, view_of
from alongside_notifier.domain.words import ENGLISH, Words
from notifier.client import Client
from notifier.making import MAIL_FROM, person

NAMES = Names(
    "Oak Association",
    {"ada": "Ada", "eli": "Eli", "ben": "Ben", "cleo": "Cleo", "dora": "Dora"},
)


class Seat:
    """One person: what they were told, their mailbox, their client."""

    def __init__(
        self,
        person_id: str,
        *,
        small_changes: bool,
        client: Client | None = None,
        words: Words = ENGLISH,
    ) -> None:
        self.words = words
        self.person = person(person_id)
        self.small_changes = small_changes
        self.told = NOTHING
        self.membership = -1
        self.removed = False
        self.client = client or Client()
        self.mails = 0
        self.sequences: list[int] = []

    def hear(self, series, at) -> None:
        membership = membership_sequence(series, self.person.person_id)
        if membership != self.membership:
            self.membership = membership
            self.removed = is_removed(series, self.person.person_id, at)

    def view(self, series):
        return None if self.removed else view_of(series, self.person.person_id)

    def tell(self, series, now) -> list[Message]:
        view = self.view(series)
        left = left_to_tell(
            self.told,
            series,
            view,
            person_id=self.person.person_id,
            address=self.person.email,
            now=now,
            small_changes=self.small_changes,
        )
        self.told = left.told
        for message in left.messages:
            sender = Party("Ada (via Oak)", tagged(MAIL_FROM, "abc123"))
            to = Party(self.person.name, self.person.email)
            body = itip(
                message,
                series,
                view,
                NAMES,
                organizer=sender,
                attendee=to,
                answer=None,
                now=now,
                words=self.words,
            )
            raw = compose(
                Letter("x", "x", "x"),
                Envelope(sender, to, f"<{self.mails}@x.example>", now),
                (message.method, body),
            )
            self.mails += 1
            self.client.receive(raw)
        again = left_to_tell(
            self.told,
            series,
            view,
            person_id=self.person.person_id,
            address=self.person.email,
            now=now,
            small_changes=self.small_changes,
        )
        assert again.messages == (), "told twice"
        return list(left.messages)

    def fragment(self, series, now) -> Fragment:
        return feed_fragment(self.view(series), NAMES, now, words=self.words)

    def feed(self, series, now) -> bytes:
        return joined([self.fragment(series, now)])


def joined(fragments) -> bytes:
    return feed(name="n", description="d", zone="UTC", fragments=fragments)
