"""The figures an operator watches, as Prometheus metrics. One registry a process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
"""Everything below; served at /metrics."""

OUTBOX_PENDING = Gauge(
    "alongside_outbox_pending",
    "Events committed but not yet on the bus.",
    ["service"],
    registry=REGISTRY,
)
OUTBOX_OLDEST_SECONDS = Gauge(
    "alongside_outbox_oldest_seconds", "Age of the oldest event that is not yet on the bus.",
    ["service"], registry=REGISTRY,
)  # fmt: skip
RELAY_PUBLISHED = Counter(
    "alongside_relay_published", "Events put on the bus.", ["service"], registry=REGISTRY
)
CONSUMER_HANDLED = Counter(
    "alongside_consumer_handled", "Records that took effect.", ["consumer"], registry=REGISTRY
)
CONSUMER_DUPLICATES = Counter(
    "alongside_consumer_duplicates",
    "Records met again and passed over.",
    ["consumer"],
    registry=REGISTRY,
)
CONSUMER_UNKNOWN = Counter(
    "alongside_consumer_unknown", "Records of a type this version does not know.", ["consumer"],
    registry=REGISTRY,
)  # fmt: skip
CONSUMER_RETRIES = Counter(
    "alongside_consumer_retries", "Tries that raised and were repeated in place.", ["consumer"],
    registry=REGISTRY,
)  # fmt: skip
CONSUMER_LAG = Gauge(
    "alongside_consumer_lag",
    "Records of a partition that its consumer has not taken yet, as the process sees it that has it.",
    ["consumer", "partition"], registry=REGISTRY,
)  # fmt: skip
CONSUMER_SECONDS_SINCE_POLL = Gauge(
    "alongside_consumer_seconds_since_poll", "Seconds since the consumer last asked the bus.",
    ["consumer"], registry=REGISTRY,
)  # fmt: skip
DEAD_LETTERS = Counter("alongside_dead_letters", "Records parked.", ["consumer"], registry=REGISTRY)
DEAD_LETTERS_WAITING = Gauge(
    "alongside_dead_letters_waiting", "Records that are parked and were not replayed.", ["service"],
    registry=REGISTRY,
)  # fmt: skip
RELAY_LAST_ROUND = Gauge(
    "alongside_relay_last_round_timestamp_seconds",
    "When the relay last looked for events without a fault, in seconds since 1970.",
    ["service"], registry=REGISTRY,
)  # fmt: skip
TICKER_LAST_SUCCESS = Gauge(
    "alongside_ticker_last_success_timestamp_seconds",
    "When something regular was last done without a fault, in seconds since 1970.",
    ["service", "ticker"], registry=REGISTRY,
)  # fmt: skip
TICKER_FAILURES = Counter(
    "alongside_ticker_failures", "Times that something regular failed.", ["service", "ticker"],
    registry=REGISTRY,
)  # fmt: skip
REMINDERS_LATE = Gauge(
    "alongside_reminders_late", "Reminders that were due more than a minute ago.", registry=REGISTRY
)
TELLINGS_LATE_SECONDS = Gauge(
    "alongside_tellings_late_seconds",
    "For how long the change that waits longest has been due to be told.", registry=REGISTRY,
)  # fmt: skip
MAIL_WAITING = Gauge(
    "alongside_mail_waiting", "Mails that are due and not handed over yet.", registry=REGISTRY
)
MAIL_OLDEST_SECONDS = Gauge(
    "alongside_mail_oldest_seconds",
    "For how long the mail that waits longest has been due; the end of quiet hours is no waiting.",
    registry=REGISTRY,
)  # fmt: skip
MAIL_FAILED_LATELY = Gauge(
    "alongside_mail_failed_lately", "Mails given up or refused for good within seven days.",
    registry=REGISTRY,
)  # fmt: skip
MAIL_SENT = Counter("alongside_mail_sent", "Mails handed over.", ["kind"], registry=REGISTRY)
MAIL_FAILED = Counter(
    "alongside_mail_failed", "Tries to hand over a mail that failed.", ["reason"], registry=REGISTRY
)
CHANNEL_WAITING = Gauge(
    "alongside_channel_waiting", "Short messages that are due and not handed over yet.",
    registry=REGISTRY,
)  # fmt: skip
CHANNEL_OLDEST_SECONDS = Gauge(
    "alongside_channel_oldest_seconds",
    "For how long the short message that waits longest has been due.", registry=REGISTRY,
)  # fmt: skip
CHANNEL_FAILED_LATELY = Gauge(
    "alongside_channel_failed_lately",
    "Short messages that failed within seven days; a code to a mistyped number did not.",
    registry=REGISTRY,
)  # fmt: skip
CHANNEL_SENT = Counter(
    "alongside_channel_sent", "Short messages handed over.", ["channel"], registry=REGISTRY
)
CHANNEL_FAILED = Counter(
    "alongside_channel_failed", "Tries to hand over a short message that failed.", ["reason"],
    registry=REGISTRY,
)  # fmt: skip
HTTP_SECONDS = Histogram(
    "alongside_http_seconds", "Time to answer, by route template.", ["service", "method", "route", "status"],
    registry=REGISTRY,
)  # fmt: skip
RATE_LIMITED = Counter(
    "alongside_rate_limited", "Requests told to wait.", ["rule"], registry=REGISTRY
)
RATE_LIMIT_FAILURES = Counter(
    "alongside_rate_limit_failures", "Requests let pass because counting failed.", registry=REGISTRY
)
