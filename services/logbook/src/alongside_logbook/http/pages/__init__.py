"""The pages of the logbook, by noun."""

from fastapi import APIRouter

from alongside_logbook.http.pages import attendance, cohort, hours, rules, trainings, visits


def routers() -> tuple[APIRouter, ...]:
    """Return every page's routes."""
    return (
        visits.router,
        attendance.router,
        hours.router,
        cohort.router,
        rules.router,
        trainings.router,
    )
