"""The pages of the logbook, by noun."""

from fastapi import APIRouter

from alongside_logbook.http.pages import (
    attendance,
    check,
    cohort,
    documents,
    hours,
    outside,
    providers,
    rules,
    trainings,
    visits,
    vouch,
)


def routers() -> tuple[APIRouter, ...]:
    """Return every page's routes."""
    return (
        visits.router,
        attendance.router,
        providers.router,
        outside.router,
        vouch.router,
        hours.router,
        cohort.router,
        rules.router,
        trainings.router,
        documents.router,
        check.router,
    )
