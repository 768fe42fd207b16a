"""What the notifier holds about whoever asks."""

from alongside.web.my_data import Holding, my_data_routes
from alongside_notifier.handlers.channels import SEAL
from alongside_notifier.store.tables import METADATA

_TABLES = METADATA.tables

HOLDINGS = (
    Holding("person", _TABLES["people"], "id", "id email state left_at"),
    Holding(
        "preferences",
        _TABLES["preferences"],
        "person_id",
        "leads alarm_minutes small_changes hour_mails quiet_from quiet_until digest digest_week "
        "language",
    ),
    Holding(
        "channels beside mail",
        _TABLES["channels"],
        "person_id",
        "channel address_sealed reminders changes asked_at confirmed_at",
        sealed=("address_sealed", SEAL, "address"),
    ),
    Holding(
        "messages beside mail",
        _TABLES["channel_messages"],
        "person_id",
        "channel kind why hint body series_id queued_at outcome",
    ),
    Holding(
        "changed at short notice",
        _TABLES["short_notice"],
        "person_id",
        "series_id occurrence_key was_at now_at changed_at told_at seen_at again_at",
    ),
    Holding(
        "where they stand",
        _TABLES["standings"],
        "id",
        "category required_minutes counted_minutes pending_minutes appears_met",
    ),
    Holding(
        "answers",
        _TABLES["answers"],
        "person_id",
        "series_id occurrence_key answer answered_at channel note proposed_start",
    ),
    Holding("mails received", _TABLES["replies"], "person_id", "received_at outcome reason"),
    Holding(
        "mails sent",
        _TABLES["mails"],
        "person_id",
        "kind why recipient subject series_id queued_at outcome",
    ),
    Holding(
        "reminders",
        _TABLES["reminders"],
        "person_id",
        "series_id occurrence_key starts_at lead_minutes due_at outcome",
    ),
    Holding("in calendar of", _TABLES["seats"], "person_id", "series_id removed told revised_at"),
    Holding("still to be told", _TABLES["tellings"], "person_id", "series_id since due_at"),
    Holding(
        "calendar feeds",
        _TABLES["feeds"],
        "person_id",
        "kind group_id detail hours language alarm generation created_at last_modified expires_at revoked_at",
    ),
    Holding("window of hours", _TABLES["deadlines"], "id", "day said_at"),
    Holding(
        "hours heard of",
        _TABLES["entries"],
        "supervisee_id",
        "status awaits series_id occurrence_key minutes said_at",
    ),
    Holding(
        "feeds fetched",
        _TABLES["fetches"],
        "token_hash",
        "agent fetched_at times",
        through=(_TABLES["feeds"], "token_hash", "person_id"),
    ),
)
"""Of a feed, nothing by which it could be opened."""

router = my_data_routes("notifier", HOLDINGS)
