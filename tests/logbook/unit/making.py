"""Entries and hours for tests of the pure rules, in few words."""

from datetime import UTC, date, datetime, time
from typing import Any

from alongside.contracts import Credential
from alongside_logbook.domain.entry import EntryVersion
from alongside_logbook.domain.rules.engine import Hour

ERS = Credential(credential_id="c1", kind="ERS", valid_from=date(2020, 1, 1))
MENTOR = Credential(credential_id="c2", kind="IMHM-C", valid_from=date(2010, 1, 1))


def hour(day: date = date(2025, 6, 10), minutes: int = 120, **facts: Any) -> Hour:
    return Hour(
        **{
            "entry_id": f"e-{day}-{minutes}",
            "supervisee_id": "ann",
            "provider_id": "pat",
            "held_on": day,
            "minutes": minutes,
            "about_rsc_minutes": 0,
            "status": "confirmed",
            "head_count": 6,
            "scheduled_minutes": 120,
            **facts,
        }
    )


def entry(day: date = date(2025, 6, 10), minutes: int = 120, **facts: Any) -> EntryVersion:
    at = datetime.combine(day, time(15), UTC)
    status = facts.get("status", "confirmed")
    return EntryVersion(
        **{
            "entry_id": f"e-{day}-{minutes}",
            "version": 2 if status == "confirmed" else 1,
            "supervisee_id": "ann",
            "provider_id": "pat",
            "series_id": "s1",
            "occurrence_key": f"{day:%Y%m%d}T1000",
            "title": "Tuesday circle",
            "kind": "group",
            "started_at": at,
            "zone": "America/Chicago",
            "held_on": day,
            "scheduled_minutes": max(minutes, 120),
            "head_count": 6,
            "presence": "absent" if minutes == 0 else "present",
            "minutes": minutes,
            "about_rsc_minutes": 0,
            "status": status,
            "awaits": {"recorded": "ann", "returned": "pat"}.get(status),
            "act": status,
            "actor_id": "ann" if status == "confirmed" else "pat",
            "at": at,
            **facts,
        }
    )
