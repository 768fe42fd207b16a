"""Who is busy elsewhere while a series meets, as their own calendars say: a hint, never a refusal."""

from alongside.contracts import SeriesState
from alongside.web import times
from alongside_scheduler.domain.free import Span
from alongside_scheduler.store.uow import SchedulerUow
from alongside_scheduler.views.people import names_of

_MOST_DATES = 3


async def busy_elsewhere(series: SeriesState, uow: SchedulerUow) -> list[str]:
    """Return a sentence for everybody whom other calendars keep from some of these sessions."""
    meetings = [
        Span(each.starts_at, each.ends_at)
        for each in series.occurrences
        if each.status == "planned" and each.ends_at > uow.now
    ]
    if not meetings:
        return []
    people = {series.provider_id, *series.co_provider_ids}
    people |= {each.person_id for each in series.members}
    begins = min(each.starts_at for each in meetings)
    busy = await uow.busy.spans(people, begins, max(each.ends_at for each in meetings))
    names = await names_of(people, uow)
    told = []
    for person in sorted(people, key=lambda each: names[each].lower()):
        lost = [each for each in meetings if any(each.overlaps(span) for span in busy[person])]
        if lost:
            days = [times.day(each.starts_at, series.zone) for each in lost[:_MOST_DATES]]
            more = f" and {len(lost) - len(days)} more" if len(lost) > len(days) else ""
            told.append(
                f"{names[person]} is busy elsewhere on {len(lost)} of {len(meetings)} dates: "
                f"{'; '.join(days)}{more}."
            )
    return told
