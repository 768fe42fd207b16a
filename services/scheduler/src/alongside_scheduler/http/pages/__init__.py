"""The pages. Each action is a use case that the JSON routes share; every form works without script."""

from fastapi import APIRouter

from alongside_scheduler.http.pages import (
    account,
    association,
    availability,
    booking,
    busy,
    calendar,
    finding,
    groups,
    home,
    imports,
    own_sessions,
    people,
    planning,
    polls,
    requests,
    rosters,
    search,
    seats,
    series,
    sessions,
    set_up,
    sign_in,
    sites,
    surgery,
    visits,
)


def routers() -> tuple[APIRouter, ...]:
    """Return every page. Pages with a fixed name come before those with an id in its place."""
    modules = (
        home,
        sign_in,
        set_up,
        account,
        association,
        availability,
        own_sessions,
        booking,
        requests,
        calendar,
        search,
        busy,
        finding,
        polls,
        imports,
        people,
        planning,
        surgery,
        series,
        groups,
        rosters,
        seats,
        sessions,
        sites,
        visits,
    )
    return tuple(module.routes for module in modules)
