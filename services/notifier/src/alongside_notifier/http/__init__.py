"""The notifier's doors: feeds, pages, answers, JSON."""

from fastapi import APIRouter

from alongside_notifier.http import api, my_data
from alongside_notifier.http.pages import answer, calendar, messages, preferences


def routers() -> tuple[APIRouter, ...]:
    """Return every route that is not a feed."""
    pages = (calendar.router, answer.router, messages.router, preferences.router)
    return (*pages, api.router, my_data.router)
