"""Settings of every process, from the environment (`ALONGSIDE_*`) or files named after them."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

ServiceName = Literal["scheduler", "logbook", "notifier"]

SERVICES: tuple[ServiceName, ...] = ("scheduler", "logbook", "notifier")


SECRETS = Path("/run/secrets")
"""Where each file is a setting by its name in small letters, such as `alongside_smtp_url`."""


class Settings(BaseSettings):
    """How one process runs. Every field is an environment variable with the prefix `ALONGSIDE_`."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", extra="ignore")

    data: Path = Field(
        default=Path("data"),
        description="Folder of everything that is kept: databases, keys, mail as files.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    base_url: str = Field(
        default="",
        description="Origin under which people reach the pages, such as https://hours.example.org. "
        "Empty: http://127.0.0.1 and the port.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses or networks, separated by commas, whose X-Forwarded-* headers say who "
        "really asked; * trusts whoever can connect.",
    )
    mode: Literal["embedded", "stack"] = Field(
        default="embedded",
        description="embedded: all services in one process, SQLite, in-process bus. "
        "stack: a process per service, PostgreSQL, Kafka.",
    )
    scheduler_database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address of the scheduler's database. Empty: a SQLite file.",
    )
    logbook_database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address of the logbook's database. Empty: a SQLite file.",
    )
    notifier_database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address of the notifier's database. Empty: a SQLite file.",
    )
    database_pool: int = Field(
        default=10,
        ge=1,
        le=100,
        description="Connections to PostgreSQL that a process keeps at most.",
    )
    kafka_bootstrap: str | None = Field(
        default=None,
        description="Kafka brokers as host:port, separated by commas. Needed in stack mode.",
    )
    kafka_user: str | None = Field(
        default=None,
        description="User by which this process makes itself known to Kafka (SASL/SCRAM-SHA-512, "
        "always over TLS). Empty: no login.",
    )
    kafka_password: SecretStr | None = Field(default=None, description="The password of that user.")
    kafka_ca: Path | None = Field(
        default=None,
        description="PEM file of the authority that vouches for the Kafka brokers. With it, or with "
        "a user, connections are by TLS.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Where mail is handed over: smtp://user:password@host:587 (STARTTLS where "
        "offered) or smtps://…:465. Empty: each mail is a file in the data folder.",
    )
    smtp_tls: Literal["auto", "required", "off"] = Field(
        default="auto",
        description="auto: mail goes to smtp:// over TLS where the server offers it, and always with "
        "a password. required: over TLS or not at all. off: never, for a server next door. "
        "Certificates are verified.",
    )
    mail_from: str = Field(
        default="alongside@localhost.localdomain",
        description="Address that mail comes from. Replies to invitations go to it, with a "
        "+tag for the person, so it must accept tags.",
    )
    dkim_key: Path | None = Field(
        default=None,
        description="PEM file of the RSA key that mail is signed with (DKIM) when it is handed to an "
        "SMTP server. Empty: the mail server signs, or nobody.",
    )
    dkim_selector: str = Field(
        default="alongside",
        description="Under which name in the domain's DNS the public half of that key stands.",
    )
    imap_url: SecretStr | None = Field(
        default=None,
        description="Mailbox in which answers to invitations arrive, read once a minute: "
        "imaps://user:password@host/INBOX. Empty: they come by another door, or not at all.",
    )
    channels: SecretStr | None = Field(
        default=None,
        description="Other ways to reach people beside mail, as YAML or JSON: names they read, each "
        "with an Apprise address in which {to} stands for the person's own number or name. "
        "Empty: mail alone.",
    )
    keys: Path | None = Field(
        default=None,
        description="Folder of the signing and link keys. Empty: keys/ in the data folder.",
    )
    reminder_leads: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(1440, 60),
        description="Minutes before a session at which reminders go out, separated by commas.",
    )
    language: Literal["en", "es"] = Field(
        default="en",
        description="Language in which people are written to who chose none: en or es.",
    )
    coalesce_seconds: float = Field(
        default=120,
        ge=0,
        description="Changes to a series within this many seconds reach a person as one message.",
    )
    calendar_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Hosts (or host:port), separated by commas, from which people's other calendars "
        "may be read although their addresses are private, such as the office's own calendar server.",
    )
    keep_events_days: int = Field(
        default=0,
        ge=0,
        description=(
            "Days for which events stay in the outbox once they are published. 0 keeps them all: "
            "a consumer that lost its copy is rebuilt from them (alongside replay)."
        ),
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="auto: console on a terminal, JSON lines elsewhere."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Where traces go, by OTLP over HTTP: the address of a collector such as "
        "http://collector:4318. Empty: nowhere.",
    )
    clock_file: Path | None = Field(
        default=None,
        description="For rehearsals: a file with the number of seconds by which the clock is shifted.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, and where an orchestrator mounts secrets, their files."""
        del dotenv_settings, file_secret_settings
        if not SECRETS.is_dir():
            return init_settings, env_settings
        mounted = SecretsSettingsSource(settings_cls, secrets_dir=SECRETS)
        return init_settings, env_settings, mounted

    @field_validator("reminder_leads", "calendar_hosts", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part for part in value.replace(" ", "").split(",") if part)
        return value

    @field_validator("base_url")
    @classmethod
    def _bare_origin(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            message = "must begin with http:// or https://"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def origin(self) -> str:
        """The external origin: `base_url`, or the loopback address and port."""
        return self.base_url or f"http://127.0.0.1:{self.port}"

    @cached_property
    def keys_folder(self) -> Path:
        """Where the keys are."""
        return self.keys or self.data / "keys"

    def database_url(self, service: ServiceName) -> str:
        """Return the address of a service's database: as set, else its file in the data folder."""
        configured: SecretStr | None = getattr(self, f"{service}_database_url")
        if configured is not None:
            return configured.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data / f'{service}.db').absolute()}"

    @property
    def mail_folder(self) -> Path:
        """Where mail is written when no SMTP server is set."""
        return self.data / "mail"
