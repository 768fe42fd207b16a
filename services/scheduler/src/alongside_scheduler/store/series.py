"""Series: kept whole, and as rows that the database can guard and search."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from alongside.contracts import SeriesState
from alongside.db.rows import insert_rows
from alongside.errors import NotFound
from alongside.zones import zone
from alongside_scheduler.domain.booking import Clash
from alongside_scheduler.domain.recurrence import occurrence_key
from alongside_scheduler.domain.search import folded
from alongside_scheduler.domain.series import leaders
from alongside_scheduler.store.commitments import Commitments, refusing_overlaps, wanted
from alongside_scheduler.store.tables import METADATA

_OF_AN_OCCURRENCE = ("starts_at", "ends_at", "status", "moved", "provider_id", "changed_at")
_OF_A_SERIES = ("title", "kind", "purpose", "zone", "provider_id", "co_provider_ids")

# The statements are made once: this is where bookings spend their time.
_SERIES = METADATA.tables["series"]
_OCCURRENCES = METADATA.tables["occurrences"]
_TAKEN = METADATA.tables["commitments"]
_PEOPLE = METADATA.tables["people"]
_ONE = select(_SERIES.c.state).where(_SERIES.c.id == bindparam("series_id"))
_ONE_TO_CHANGE = _ONE.with_for_update(key_share=True)
_OF_GROUP = (
    select(_SERIES.c.state)
    .where(_SERIES.c.group_id == bindparam("group_id"))
    .order_by(_SERIES.c.ends_at.desc(), _SERIES.c.id)
)
_RUNNING = (
    select(_SERIES.c.state)
    .where(
        _SERIES.c.group_id == bindparam("group_id"),
        _SERIES.c.status == "planned",
        _SERIES.c.ends_at > bindparam("now"),
    )
    .order_by(_SERIES.c.id)
    .with_for_update(key_share=True)
)
_LED_AHEAD = select(_SERIES.c.state).where(
    _SERIES.c.id.in_(
        select(_TAKEN.c.series_id)
        .join_from(_TAKEN, _PEOPLE, _PEOPLE.c.person_no == _TAKEN.c.person_no)
        .where(
            _PEOPLE.c.id == bindparam("person_id"),
            _TAKEN.c.ends_at > bindparam("now"),
            _TAKEN.c.active,
        )
        .distinct()
    )
)
_KEEP = update(_SERIES).where(_SERIES.c.id == bindparam("of_series"))
_KEPT = select(_OCCURRENCES.c.key, *(_OCCURRENCES.c[name] for name in _OF_AN_OCCURRENCE)).where(
    _OCCURRENCES.c.series_id == bindparam("series_id")
)
_IT = (
    _OCCURRENCES.c.series_id == bindparam("of_series"),
    _OCCURRENCES.c.key == bindparam("of_key"),
)
_CHANGE = update(_OCCURRENCES).where(*_IT)
_FORGET = delete(_OCCURRENCES).where(*_IT)


class SeriesStore:
    """Keeps a series whole, and as rows that the database can guard and search."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, series_id: str, *, for_change: bool = False) -> SeriesState:
        """Return a series as it was last said."""
        found = await self._states(_ONE_TO_CHANGE if for_change else _ONE, series_id=series_id)
        if not found:
            raise NotFound("There is no such series.")
        return found[0]

    async def of_group(self, group_id: str) -> Sequence[SeriesState]:
        """Return the series of a group, newest first."""
        return await self._states(_OF_GROUP, group_id=group_id)

    async def running(self, group_id: str, now: datetime) -> Sequence[SeriesState]:
        """Return the series of a group that still have something ahead, to be changed."""
        return await self._states(_RUNNING, group_id=group_id, now=now)

    async def led_ahead(self, person_id: str, now: datetime) -> Sequence[SeriesState]:
        """Return the series with something ahead that this person leads or co-leads."""
        return [
            series
            for series in await self._states(_LED_AHEAD, person_id=person_id, now=now)
            if any(
                person_id in leaders(series, each)
                for each in series.occurrences
                if each.status == "planned" and each.ends_at > now
            )
        ]

    async def keep(self, series: SeriesState, *, yielding: bool = False) -> None:
        """Keep a new or changed series; raise `AlreadyBooked` if it would put somebody in two places.

        `yielding`, it is kept all the same, and what collides is marked instead.

        With that, the transaction is lost on PostgreSQL: `handlers.saying` undoes it, and says who
        is taken when.
        """
        if series.version > 1 and await self._keep_changed(series, yielding=yielding):
            return
        taken = await Commitments(self._session).begin(wanted(series), series.series_id)
        with refusing_overlaps():
            await insert_rows(
                self._session,
                (
                    _SERIES,
                    [{"id": series.series_id, **_row(series), "looked_with": series.tzdata}],
                ),
                (_OCCURRENCES, _with_walls(series, _occurrences(series))),
                (_TAKEN, taken),
            )

    async def clashes(self, series: SeriesState) -> list[Clash]:
        """Return who could not take part in a series that is not kept yet, and when."""
        return await Commitments(self._session).clashes(series)

    async def _states(self, query: Any, **facts: Any) -> Sequence[SeriesState]:
        return (await self._session.execute(query, facts)).scalars().all()

    async def _keep_changed(self, series: SeriesState, *, yielding: bool) -> bool:
        """Keep a series that is there; return False if it is not."""
        connection = await self._session.connection()
        kept = await connection.execute(_KEEP, {"of_series": series.series_id, **_row(series)})
        if not kept.rowcount:
            return False
        await self._keep_occurrences(series)
        await Commitments(self._session).change(wanted(series), series, yielding=yielding)
        return True

    async def _keep_occurrences(self, series: SeriesState) -> None:
        connection = await self._session.connection()
        found = await connection.execute(_KEPT, {"series_id": series.series_id})
        kept = {key: facts for key, *facts in found}
        rows = {row["key"]: row for row in _occurrences(series)}
        differs = [
            row
            for key, row in rows.items()
            if key in kept and kept[key] != list(_facts(row).values())
        ]
        moved = [row for row in differs if kept[row["key"]][0] != row["starts_at"]]
        changed = [row for row in differs if kept[row["key"]][0] == row["starts_at"]]
        # What goes on in another series is no longer found in this one.
        gone = [{"of_series": series.series_id, "of_key": key} for key in kept.keys() - rows.keys()]
        if changed:
            await connection.execute(_CHANGE, [_of(row) for row in changed])
        if moved:
            # What stays where it was keeps the wall time that was noted by the clocks of then.
            walls = _with_walls(series, moved)
            await connection.execute(_CHANGE, [{**_of(row), "wall": row["wall"]} for row in walls])
        if gone:
            await connection.execute(_FORGET, gone)
        new = [row for key, row in rows.items() if key not in kept]
        await insert_rows(self._session, (_OCCURRENCES, _with_walls(series, new)))


def _of(row: dict[str, Any]) -> dict[str, Any]:
    return {"of_series": row["series_id"], "of_key": row["key"], **_facts(row)}


def _with_walls(series: SeriesState, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the wall time at which each begins, as the clocks of the series say it now."""
    at = zone(series.zone)
    return [{**row, "wall": occurrence_key(row["starts_at"].astimezone(at))} for row in rows]


def _row(series: SeriesState) -> dict[str, Any]:
    return {
        "group_id": series.group_id,
        "version": series.version,
        "status": series.status,
        "ends_at": max(each.ends_at for each in series.occurrences),
        "state": series,
        **_shown(series),
    }


def _occurrences(series: SeriesState) -> list[dict[str, Any]]:
    return [
        {
            "series_id": series.series_id,
            "key": each.key,
            **{name: getattr(each, name) for name in _OF_AN_OCCURRENCE},
        }
        for each in series.occurrences
    ]


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _OF_AN_OCCURRENCE}


def _shown(series: SeriesState) -> dict[str, Any]:
    """Return what calendars and the search read of a series without reading the whole."""
    facts = {name: getattr(series, name) for name in _OF_A_SERIES}
    return facts | {"search_text": folded(series.title)}
