"""What the scheduler holds about whoever asks."""

from alongside.web.my_data import Holding, my_data_routes
from alongside_scheduler.store.tables import METADATA

_TABLES = METADATA.tables
_PEOPLE = _TABLES["people"]

HOLDINGS = (
    Holding(
        "person",
        _PEOPLE,
        "id",
        "id name email zone locale roles pursuing pursuing_since registered_at left_at",
    ),
    Holding(
        "credentials",
        _TABLES["credentials"],
        "person_id",
        "kind standing valid_from valid_until registry_number",
    ),
    Holding(
        "sign-in links",
        _TABLES["sign_in_requests"],
        "person_id",
        "asked_at expires_at used_at next_path",
    ),
    Holding(
        "sign-ins and tokens",
        _TABLES["sign_ins"],
        "person_id",
        "kind label scopes begun_at expires_at ended_at",
    ),
    Holding("rosters", _TABLES["group_members"], "person_id", "group_id joined_on left_on"),
    Holding("groups led", _TABLES["groups"], "provider_id", "id name made_at"),
    Holding("groups led together", _TABLES["groups"], "co_provider_id", "id name made_at"),
    Holding(
        "times in sessions",
        _TABLES["commitments"],
        "person_no",
        "series_id key starts_at ends_at active",
        through=(_PEOPLE, "person_no", "id"),
    ),
    Holding(
        "availability",
        _TABLES["provider_availability"],
        "provider_id",
        "published zone windows exceptions lengths step_minutes buffer_minutes notice_hours "
        "horizon_days cancel_hours day_sessions day_minutes week_sessions week_minutes open_to "
        "place link",
    ),
    Holding(
        "sessions asked for",
        _TABLES["session_requests"],
        "person_id",
        "minutes starts note status asked_at expires_at decided_at series_id",
    ),
    Holding("suiting times", _TABLES["suiting_times"], "person_id", "hours changed_at"),
    Holding(
        "busy calendars",
        _TABLES["busy_calendars"],
        "person_id",
        "label host added_at read_at answered_at",
    ),
    Holding("busy times", _TABLES["busy_spans"], "person_id", "starts_at ends_at"),
    Holding("waiting for a seat", _TABLES["seat_waits"], "person_id", "group_id since"),
    Holding(
        "seats offered",
        _TABLES["seat_offers"],
        "person_id",
        "group_id since from_day offered_at expires_at state settled_at",
    ),
    Holding(
        "answers to polls", _TABLES["poll_answers"], "person_id", "poll_id answers answered_at"
    ),
    Holding(
        "answers to invitations",
        _TABLES["answers"],
        "person_id",
        "series_id key answer proposed_start answered_at channel",
    ),
    Holding("consultant at", _TABLES["pairings"], "consultant_id", "site_id begins_on ends_on"),
    Holding(
        "progress",
        _TABLES["progress"],
        "supervisee_id",
        "category required_minutes counted_minutes pending_minutes appears_met",
    ),
)
"""No address of a busy calendar: it opens it to anybody, and whoever added it has it."""

router = my_data_routes("scheduler", HOLDINGS)
