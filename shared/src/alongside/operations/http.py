"""Each service's part of Operations: a page and JSON routes, for coordinators, without personal data."""

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from alongside.errors import AlongsideError, NotFound
from alongside.operations.parked import Parked
from alongside.operations.watch import Overview, Watch
from alongside.service import Undone
from alongside.settings import SERVICES, ServiceName
from alongside.web.auth import AsCoordinator
from alongside.web.pages import PagesDep, redirect
from alongside.web.writes import UseCase, Write


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FigureView(_Model):
    """A figure, by its name for Prometheus; too high a one comes with what to do."""

    metric: str
    label: str
    value: float
    most: float | None
    advice: str | None


class ParkedView(_Model):
    """A record that could not be handled: what and why, and nothing of what it says."""

    number: int
    consumer: str
    topic: str
    position: str
    key: str
    type: str
    event_id: str
    reason: str
    parked_at: str


class ConsumerView(_Model):
    """A consumer, and how many records wait for it by partition, where Kafka said so."""

    consumer: str
    topic: str
    listeners: int | None
    """How many processes listen."""
    waiting: dict[str, int] | None
    trouble: str | None
    """What is wrong with it, and what to do."""


class UndoneView(_Model):
    """Something that was given up, and can be tried once more."""

    number: int
    what: str
    why: str
    since: str


class OperationsView(_Model):
    """How a service stands."""

    figures: list[FigureView]
    consumers: list[ConsumerView]
    parked: list[ParkedView]
    parked_count: int
    undone: list[UndoneView]
    still: list[str]
    """Loops of the process that answered which stand still."""


async def _watch(request: Request) -> Watch:
    watch: Watch | None = getattr(request.app.state, "watch", None)
    if watch is None:
        raise NotFound
    return watch


TheWatch = Annotated[Watch, Depends(_watch)]


@lru_cache
def router_of(service: ServiceName) -> APIRouter:
    """Return the routes of one service's part."""
    router = APIRouter()
    _add_page(router, service)
    _add_api(router, f"/api/{service}/v1/operations")
    if service == "scheduler":
        router.add_api_route("/operations", _first, include_in_schema=False)
    return router


async def _first(viewer: AsCoordinator) -> Response:
    """Lead to the first service's part."""
    del viewer
    return redirect(f"/operations/{SERVICES[0]}")


def _add_page(router: APIRouter, service: ServiceName) -> None:
    page = f"/operations/{service}"

    @router.get(page, include_in_schema=False)
    async def operations(viewer: AsCoordinator, pages: PagesDep, watch: TheWatch) -> Response:
        """Show how this service stands, and what to do."""
        del viewer
        return pages.render(
            "operations.html",
            seen=await watch.look(),
            watched=service,
            parts=[(name.capitalize(), f"/operations/{name}") for name in SERVICES],
            asks_kafka=watch.asks_kafka,
            undone_title=watch.app.undone.title if watch.app.undone else "",
        )

    @router.post(f"{page}/parked/replay", include_in_schema=False)
    async def replay_all(viewer: AsCoordinator, watch: TheWatch) -> Response:
        """Have everything parked tried again."""
        del viewer
        done, failed = await watch.replay_all()
        if failed:
            return redirect(page, f"{done} were taken in, {failed} failed again.", "warn")
        return redirect(page, f"{done} were taken in.")

    @router.post(f"{page}/parked/{{number}}/replay", include_in_schema=False)
    async def replay_one(number: int, viewer: AsCoordinator, watch: TheWatch) -> Response:
        """Have one parked record tried again."""
        del viewer
        try:
            await watch.replay(number)
        except AlongsideError as error:
            return redirect(page, error.detail, "bad")
        return redirect(page, f"Record {number} was taken in.")

    @router.post(f"{page}/undone/{{number}}/again", include_in_schema=False)
    async def again(number: int, viewer: AsCoordinator, watch: TheWatch, write: Write) -> Response:
        """Have something that was given up tried once more."""
        del viewer
        await write(_again(watch, number))
        return redirect(page, "It is tried once more now.")


def _add_api(router: APIRouter, api: str) -> None:
    @router.get(api, tags=["operations"])
    async def overview(viewer: AsCoordinator, watch: TheWatch) -> OperationsView:
        """Return how this service stands; for a coordinator."""
        del viewer
        return _view(await watch.look())

    @router.post(f"{api}/parked/{{number}}/replay", status_code=204, tags=["operations"])
    async def replay_one_record(
        number: int, viewer: AsCoordinator, watch: TheWatch, write: Write
    ) -> Response:
        """Have a parked record tried again; 409 if it fails again. For a coordinator."""
        del viewer
        return await write.after(lambda: watch.replay(number))

    @router.post(f"{api}/undone/{{number}}/again", status_code=204, tags=["operations"])
    async def once_more(
        number: int, viewer: AsCoordinator, watch: TheWatch, write: Write
    ) -> Response:
        """Have something that was given up tried once more. For a coordinator."""
        del viewer
        return await write(_again(watch, number))


def _again(watch: Watch, number: int) -> UseCase:
    given_up = watch.app.undone
    if given_up is None:
        raise NotFound
    return lambda uow: given_up.again(number, uow)


def _view(seen: Overview) -> OperationsView:
    return OperationsView(
        figures=[
            FigureView(
                metric=each.metric,
                label=each.label,
                value=each.value,
                most=each.most,
                advice=each.advice if each.is_wrong else None,
            )
            for each in seen.figures
        ],
        consumers=[
            ConsumerView(
                consumer=each.consumer,
                topic=each.topic,
                listeners=each.standing.listeners if each.standing else None,
                waiting={str(number): count for number, count in each.standing.waiting.items()}
                if each.standing
                else None,
                trouble=each.trouble or None,
            )
            for each in seen.hearing
        ],
        parked=[ParkedView.model_validate(_plain(each)) for each in seen.parked],
        parked_count=seen.parked_count,
        undone=[UndoneView.model_validate(_plain(each)) for each in seen.undone],
        still=list(seen.still),
    )


def _plain(shown: Parked | Undone) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(shown).items()
    }
