"""The JSON routes under `/api/scheduler/v1`."""

from functools import cache

from fastapi import APIRouter

from alongside_scheduler.http.api import (
    association,
    availability,
    booking,
    busy,
    calendar,
    groups,
    imports,
    people,
    polls,
    search,
    seats,
    series,
    sessions,
    sign_ins,
    visits,
)

PREFIX = "/api/scheduler/v1"


@cache
def routers() -> tuple[APIRouter, ...]:
    """Return every JSON route; made once."""
    whole = APIRouter(prefix=PREFIX)
    for module in (
        people,
        association,
        imports,
        groups,
        seats,
        series,
        sessions,
        sign_ins,
        visits,
        busy,
        polls,
        calendar,
        search,
        availability,
        booking,
    ):
        whole.include_router(module.routes)
    return (whole,)
