"""The pages of the logbook, by noun."""

from fastapi import APIRouter

from alongside_logbook.http.pages import (
    attendance,
    check,
    cohort,
    documents,
    entry,
    goals,
    hours,
    imports,
    my_data,
    outside,
    providers,
    rules,
    sitting,
    trainings,
    unrecorded,
    visits,
    vouch,
)


def routers() -> tuple[APIRouter, ...]:
    """Return every page's routes."""
    return (
        visits.router,
        sitting.router,
        attendance.router,
        providers.router,
        outside.router,
        vouch.router,
        goals.router,
        hours.router,
        unrecorded.router,
        imports.router,
        entry.router,
        cohort.router,
        rules.router,
        trainings.router,
        my_data.router,
        documents.router,
        check.router,
    )
