"""Who leads an occurrence, and who is on the roster on its day."""

from datetime import date

from alongside.contracts import Occurrence, SeriesState


def leaders_of(series: SeriesState, occurrence: Occurrence) -> tuple[str, ...]:
    """Return who may record this occurrence: its provider, the series' provider, the co-providers."""
    return tuple(
        dict.fromkeys(
            (
                occurrence.provider_id or series.provider_id,
                series.provider_id,
                *series.co_provider_ids,
            )
        )
    )


def roster_on(series: SeriesState, occurrence: Occurrence, day: date) -> tuple[str, ...]:
    """Return who is on the roster on a day, without those who lead: nobody earns hours they lead."""
    leading = {occurrence.provider_id or series.provider_id, *series.co_provider_ids}
    return tuple(
        dict.fromkeys(
            member.person_id
            for member in series.members
            if member.joined_on <= day
            and (member.left_on is None or day <= member.left_on)
            and member.person_id not in leading
        )
    )
