"""When a provider can be booked: set by them, or by a coordinator for them."""

from datetime import date, time
from typing import Any

from pydantic import BaseModel, Field

from alongside.errors import Forbidden, Invalid, NotFound
from alongside.zones import zone
from alongside_scheduler.domain import publishing
from alongside_scheduler.domain.access import need_coordinator
from alongside_scheduler.domain.availability import Exemption, Hours, OpenTo, Window
from alongside_scheduler.domain.free import DAY_MINUTES
from alongside_scheduler.domain.problems import Problems
from alongside_scheduler.domain.series import LONGEST_PLACE
from alongside_scheduler.domain.words import checked_link, checked_text
from alongside_scheduler.handlers.command import Command
from alongside_scheduler.store.tables import AvailabilityRow
from alongside_scheduler.store.uow import SchedulerUow

_DEFAULTS: dict[str, Any] = {
    "published": False,
    "windows": (),
    "exceptions": (),
    "lengths": (60,),
    "step_minutes": 30,
    "buffer_minutes": 0,
    "notice_hours": 24,
    "horizon_days": 60,
    "cancel_hours": 24,
    "day_sessions": None,
    "day_minutes": None,
    "week_sessions": None,
    "week_minutes": None,
    "open_to": "anybody",
    "place": None,
    "link": None,
}


class HoursText(BaseModel):
    """Part of a wall day. An end of 00:00 is the midnight after it."""

    begins: time = Field(examples=["09:00"])
    ends: time = Field(examples=["12:00"])

    @classmethod
    def of(cls, begins: int, ends: int) -> "HoursText":
        """Return minutes after midnight as times."""
        return cls(begins=_clock(begins), ends=_clock(ends))

    def minutes(self) -> Hours:
        """Return the times as minutes after midnight."""
        return Hours(_minute_of(self.begins), _minute_of(self.ends) or DAY_MINUTES)


class WindowText(HoursText):
    """Hours of every week."""

    weekday: int = Field(description="0 is Monday.", examples=[1])


class ExceptionText(BaseModel):
    """Days, both included, on which other hours hold; without hours, none."""

    first: date
    last: date
    hours: list[HoursText] = []


class AvailabilityView(BaseModel):
    """What a provider publishes. Times are wall time of the zone."""

    provider_id: str
    version: int
    published: bool
    zone: str
    windows: list[WindowText]
    exceptions: list[ExceptionText]
    lengths: list[int]
    step_minutes: int
    buffer_minutes: int
    notice_hours: int
    horizon_days: int
    cancel_hours: int
    day_sessions: int | None
    day_minutes: int | None
    week_sessions: int | None
    week_minutes: int | None
    open_to: OpenTo
    place: str | None
    link: str | None

    @classmethod
    def of(cls, row: AvailabilityRow) -> "AvailabilityView":
        """Return the view of a row."""
        return cls(
            **row.model_dump(exclude={"windows", "exceptions"}),
            windows=[_window(each) for each in row.windows],
            exceptions=[_exception(each) for each in row.exceptions],
        )


class SetAvailability(Command):
    """What is to be different; what is left out stays. Lists are replaced whole."""

    published: bool | None = Field(default=None, description="Whether people can book.")
    zone: str | None = Field(
        default=None, description="IANA zone of the wall times; default: the provider's."
    )
    windows: list[WindowText] | None = None
    exceptions: list[ExceptionText] | None = None
    lengths: list[int] | None = Field(default=None, examples=[[30, 60]])
    step_minutes: int | None = Field(default=None, description="From one start to the next.")
    buffer_minutes: int | None = Field(default=None, description="Kept free after each session.")
    notice_hours: int | None = Field(default=None, description="At least so far ahead.")
    horizon_days: int | None = Field(default=None, description="At most so far ahead.")
    cancel_hours: int | None = Field(
        default=None, description="Until when who booked may move or cancel."
    )
    day_sessions: int | None = Field(default=None, description="Of all kinds; null: no limit.")
    day_minutes: int | None = None
    week_sessions: int | None = None
    week_minutes: int | None = None
    open_to: str | None = Field(default=None, description="anybody or own.")
    place: str | None = None
    link: str | None = None


_MAY_BE_NONE = {
    "day_sessions", "day_minutes", "week_sessions", "week_minutes", "place", "link",
}  # fmt: skip


async def set_availability(
    provider_id: str, command: SetAvailability, uow: SchedulerUow
) -> AvailabilityView:
    """Keep what a provider publishes. Sessions that are booked stay as they are."""
    if uow.actor.person_id != provider_id:
        need_coordinator(uow.actor)
    person = await uow.people.get(provider_id)
    if "supervisor" not in person.roles:
        raise Forbidden("Only who supervises can be booked.")
    row = await uow.availability.find(provider_id, for_change=True)
    if row is None:
        # Nothing to hold yet: whoever sets it for the first time holds the person instead.
        await uow.people.get(provider_id, for_change=True)
        row = await uow.availability.find(provider_id, for_change=True)
    if row is None:
        row = _new(provider_id, person.zone)
    new = _asked(command)
    facts = {name: new.get(name, getattr(row, name)) for name in {*_DEFAULTS, "zone"}}
    _check(facts, uow)
    for name, value in facts.items():
        setattr(row, name, value)
    row.version += 1
    await uow.availability.keep(row)
    return AvailabilityView.of(row)


async def add_hours(
    provider_id: str, weekdays: list[int], hours: HoursText, uow: SchedulerUow
) -> AvailabilityView:
    """Add the same hours to several weekdays; what touches becomes one."""
    row = await uow.availability.find(provider_id, for_change=True)
    windows = publishing.with_window(row.windows if row else (), weekdays, hours.minutes())
    texts = [_window(each) for each in windows]
    return await set_availability(provider_id, SetAvailability(windows=texts), uow)


async def drop_hours(provider_id: str, window: WindowText, uow: SchedulerUow) -> AvailabilityView:
    """Take one window away."""
    row = await uow.availability.find(provider_id, for_change=True)
    texts = [_window(each) for each in row.windows] if row else []
    if window not in texts:
        raise NotFound("This window is gone already.")
    texts.remove(window)
    return await set_availability(provider_id, SetAvailability(windows=texts), uow)


async def add_exception(
    provider_id: str, exception: ExceptionText, uow: SchedulerUow
) -> AvailabilityView:
    """Let other hours, or none, hold on some days."""
    row = await uow.availability.find(provider_id, for_change=True)
    kept = [_exception(each) for each in row.exceptions] if row else []
    command = SetAvailability(exceptions=[*kept, exception])
    return await set_availability(provider_id, command, uow)


async def drop_exception(provider_id: str, first: date, uow: SchedulerUow) -> AvailabilityView:
    """Let the weekly hours hold again on the days of the exception that begins then."""
    row = await uow.availability.find(provider_id, for_change=True)
    kept = [_exception(each) for each in row.exceptions] if row else []
    left = [each for each in kept if each.first != first]
    if len(left) == len(kept):
        raise NotFound("This exception is gone already.")
    return await set_availability(provider_id, SetAvailability(exceptions=left), uow)


async def show_or_begin(provider_id: str, zone_name: str, uow: SchedulerUow) -> AvailabilityView:
    """Return what a provider set, or what they would begin with; nothing is kept."""
    row = await uow.availability.find(provider_id)
    return AvailabilityView.of(row or _new(provider_id, zone_name))


def _new(provider_id: str, zone_name: str) -> AvailabilityRow:
    return AvailabilityRow(provider_id=provider_id, version=0, zone=zone_name, **_DEFAULTS)


def _asked(command: SetAvailability) -> dict[str, Any]:
    asked = command.model_fields_set
    new: dict[str, Any] = {name: getattr(command, name) for name in asked}
    for name in asked - _MAY_BE_NONE:
        if new[name] is None:
            raise Invalid("This is needed.", field=name)
    if "windows" in asked:
        new["windows"] = tuple(Window(each.weekday, *_ends(each)) for each in command.windows or [])
    if "exceptions" in asked:
        new["exceptions"] = tuple(
            Exemption(each.first, each.last, tuple(hours.minutes() for hours in each.hours))
            for each in command.exceptions or []
        )
    return new


def _check(facts: dict[str, Any], uow: SchedulerUow) -> None:
    """Check all of it at once, and bring it into order."""
    problems = Problems()
    rules = None
    with problems.noting():
        rules = publishing.availability(
            **{name: facts[name] for name in facts if name not in {"published", "place", "link"}}
        )
    with problems.noting():
        place = facts["place"] or ""
        facts["place"] = checked_text("place", place, LONGEST_PLACE, required=False) or None
    with problems.noting():
        facts["link"] = checked_link("link", facts["link"])
    if facts["published"] and not facts["windows"] and not facts["exceptions"]:
        problems.add("published", "Say first on which days people can book.")
    problems.raise_any()
    if rules is None:
        raise Invalid
    facts["windows"], facts["lengths"] = rules.windows, rules.lengths
    facts["exceptions"] = publishing.over(
        rules.exceptions, uow.now.astimezone(zone(facts["zone"])).date()
    )


def _ends(each: HoursText) -> tuple[int, int]:
    hours: Hours = each.minutes()
    return hours.begins, hours.ends


def _window(window: Window) -> WindowText:
    return WindowText(
        weekday=window.weekday, begins=_clock(window.begins), ends=_clock(window.ends)
    )


def _exception(each: Exemption) -> ExceptionText:
    return ExceptionText(
        first=each.first,
        last=each.last,
        hours=[HoursText.of(hours.begins, hours.ends) for hours in each.hours],
    )


def _minute_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
