"""What a use case needs that is in no transaction: settings, keys, templates."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alongside.contracts import PersonState, SeriesState
from alongside.secrets import Secrets
from alongside.settings import Settings
from alongside_notifier.channels import Offer, channels_of
from alongside_notifier.domain.addresses import domain_of, hash_of, is_one_of, reply_token, tagged
from alongside_notifier.domain.itip import Party
from alongside_notifier.domain.words import ENGLISH, Language, Words, words_in
from alongside_notifier.letters import Letters
from alongside_notifier.own_letters import letters_of


@dataclass(frozen=True, slots=True)
class Desk:
    """Where letters are written: how we are called, where our pages are, how links are sealed."""

    origin: str
    mail_from: str
    leads: tuple[int, ...]
    coalesce: timedelta
    secrets: Secrets
    letters: Letters = field(default_factory=Letters)
    language: Language = "en"
    """In which people are written to who chose none."""

    channels: Mapping[str, Offer] = field(default_factory=dict)
    """What reaches people beside mail, by key."""

    @classmethod
    def of(cls, settings: Settings, secrets: Secrets) -> "Desk":
        """Return the desk of an installation; raise `BrokenTemplates` or `BrokenChannels`."""
        return cls(
            origin=settings.origin,
            mail_from=settings.mail_from,
            leads=settings.reminder_leads,
            coalesce=timedelta(seconds=settings.coalesce_seconds),
            secrets=secrets,
            letters=letters_of(settings.data),
            channels=channels_of(settings),
            language=settings.language,
        )

    def words(self, *chosen: Language | None) -> Words:
        """Return the words of the first language that was chosen, else of the installation's."""
        return words_in(next((each for each in chosen if each is not None), self.language))

    @property
    def domain(self) -> str:
        """The domain of our mail, which Message-IDs name."""
        return domain_of(self.mail_from)

    def reply_token(self, person_id: str) -> str:
        """Return the tag in the address that only this person is given."""
        return reply_token(self.secrets.link_mac("reply", person_id))

    def tag_of(self, person_id: str, given: Collection[str]) -> str:
        """Return which of this person's tags was given: of the key of today, or of the one before it.

        Where none was, it is the one of today.
        """
        tags = [reply_token(each) for each in self.secrets.link_macs("reply", person_id)]
        return next((each for each in tags if is_one_of(each, given)), tags[0])

    def sender_for(
        self, recipient_id: str, on_behalf_of: str, association: str, words: Words = ENGLISH
    ) -> Party:
        """Return who a mail comes from: our address for this recipient, a name they know."""
        name = words.via.format(name=on_behalf_of, association=association)
        name = name if on_behalf_of else association
        return Party(name, tagged(self.mail_from, self.reply_token(recipient_id)))

    def answer_token(self, person_id: str, series_id: str) -> str:
        """Return what stands behind /answer/ in the link by which one person answers for one series."""
        mac = self.secrets.link_mac("answer", f"{person_id}:{series_id}")
        return f"{person_id}.{series_id}.{mac}"

    def read_answer_token(self, token: str) -> tuple[str, str] | None:
        """Return (person, series) of an answer link, if it is one of ours."""
        person_id, _, rest = token.partition(".")
        series_id, _, mac = rest.partition(".")
        if not self.secrets.is_link_mac("answer", f"{person_id}:{series_id}", mac):
            return None
        return person_id, series_id

    def answer_url(self, person: PersonState, series: SeriesState) -> str:
        """Return the link by which a person answers without an account."""
        return f"{self.origin}/answer/{self.answer_token(person.person_id, series.series_id)}"

    def seen_url(self, person: PersonState, series: SeriesState) -> str:
        """Return the link by which a person says, without an account, that they saw a change."""
        return f"{self.answer_url(person, series)}/changes"

    def feed_token(self, feed_id: str, generation: int) -> str:
        """Return the secret in the address of a feed that is made now."""
        return self.secrets.feed_mac(f"{feed_id}:{generation}")

    def feed_url(self, feed_id: str, generation: int, token_hash: str) -> str | None:
        """Return the address that a feed was given, by the key of today or the one before it.

        None where the key that made it is no longer kept: it goes on, and nobody can say it again.
        """
        for token in self.secrets.feed_macs(f"{feed_id}:{generation}"):
            if hash_of(token) == token_hash:
                return f"{self.origin}/feeds/{token}.ics"
        return None
