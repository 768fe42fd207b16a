"""How a process makes itself known to Kafka: TLS, and a user with a password (SASL/SCRAM-SHA-512)."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from faststream.security import BaseSecurity, SASLScram512

from alongside.errors import AlongsideError
from alongside.settings import Settings


class NoPassword(AlongsideError):
    """A Kafka user is set without a password: set ALONGSIDE_KAFKA_PASSWORD, or neither."""

    code = "no_password"


@dataclass(frozen=True, slots=True)
class Login:
    """Who a process is to Kafka. Without user and certificate authority: nobody, in the clear.

    A user's password is only ever sent over TLS: by the given authority, else by the system's.
    """

    user: str | None = None
    password: str | None = None
    authority: Path | None = None
    """PEM file of the certificate authority that vouches for the brokers."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say; raise `NoPassword` for a user without one."""
        password = settings.kafka_password
        if settings.kafka_user and password is None:
            raise NoPassword
        return cls(
            user=settings.kafka_user or None,
            password=password.get_secret_value() if password else None,
            authority=settings.kafka_ca,
        )

    @property
    def encrypted(self) -> bool:
        """Whether connections are by TLS."""
        return self.user is not None or self.authority is not None

    def tls(self) -> ssl.SSLContext | None:
        """Return what connections are secured with: brokers must prove their name."""
        if not self.encrypted:
            return None
        return ssl.create_default_context(cafile=self.authority)

    def for_broker(self) -> BaseSecurity | None:
        """Return the same in FastStream's words."""
        if self.user is not None and self.password is not None:
            return SASLScram512(self.user, self.password, ssl_context=self.tls(), use_ssl=True)
        return BaseSecurity(ssl_context=self.tls(), use_ssl=True) if self.encrypted else None

    def for_client(self) -> dict[str, Any]:
        """Return the same as keyword arguments of an aiokafka client."""
        if self.user is not None:
            return {
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
                "ssl_context": self.tls(),
            }
        if self.encrypted:
            return {"security_protocol": "SSL", "ssl_context": self.tls()}
        return {}
