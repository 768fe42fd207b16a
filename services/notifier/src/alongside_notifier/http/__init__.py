"""The notifier's doors: feeds, pages, answers, JSON."""

from fastapi import APIRouter

from alongside_notifier.http import (
    api,
    channels_api,
    feeds_api,
    groups_api,
    health_api,
    my_data,
    short_notice_api,
)
from alongside_notifier.http.pages import (
    answer,
    calendar,
    channels,
    feeds,
    group_reminders,
    health,
    messages,
    preferences,
    samples,
    short_notice,
)


def routers() -> tuple[APIRouter, ...]:
    """Return every route that is not a feed."""
    pages = (
        calendar.router,
        feeds.router,
        health.router,
        answer.router,
        samples.router,  # before the messages, whose addresses are numbers
        messages.router,
        preferences.router,
        group_reminders.router,
        channels.router,
        short_notice.router,
    )
    return (
        *pages,
        api.router,
        channels_api.router,
        feeds_api.router,
        groups_api.router,
        health_api.router,
        my_data.router,
        short_notice_api.router,
    )
