"""Commands about people: listing, adding, tokens and sign-in links."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import typer

from alongside import cli_support

app = typer.Typer()
person = typer.Typer(
    help="People: who is registered, and who is to be.\n\nExample: alongside person list"
)
app.add_typer(person, name="person")

Email = Annotated[str, typer.Argument(help="The e-mail address a person is registered with.")]


@person.command("list")
def list_people(
    role: Annotated[str, typer.Option(help="Only supervisee, supervisor or coordinator.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for scripts.")] = False,
) -> None:
    """Show who is registered, by name.

    Example: alongside person list --role supervisor --json
    """
    people = cli_support.run(_people(role))
    if as_json:
        typer.echo(json.dumps(people, indent=2))
        return
    for each in people:
        typer.echo(
            f"{each['name']:<28} {each['email']:<34} {', '.join(each['roles']):<26} {each['zone']}"
        )


async def _people(role: str) -> list[dict[str, Any]]:
    from alongside_scheduler.domain.access import OPERATOR  # noqa: PLC0415  # --help stays quick
    from alongside_scheduler.domain.people import ROLES  # noqa: PLC0415

    wanted = next((known for known in ROLES if known == role), None)
    if role and wanted is None:
        cli_support.stop(f"There is no role {role!r}. Roles: {', '.join(ROLES)}.")
    found: list[dict[str, Any]] = []
    async with cli_support.service("scheduler") as service, service.uow() as uow:
        uow.actor = OPERATOR
        while True:
            rows, total = await uow.people.search("", wanted, limit=500, offset=len(found))
            found += [
                (await uow.people.state(row)).model_dump(mode="json", exclude={"left_at"})
                for row in rows
            ]
            if not rows or len(found) >= total:
                return found


@person.command("add")
def add_person(
    name: Annotated[str, typer.Option(help="Their name.")],
    email: Annotated[str, typer.Option(help="Their e-mail address.")],
    zone: Annotated[
        str | None, typer.Option(help="Their time zone; default: the association's.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(help="supervisee, supervisor or coordinator; give it again for several."),
    ] = None,
    pursuing: Annotated[
        str | None, typer.Option(help="Endorsement category pursued, such as IFS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the person as JSON.")] = False,
) -> None:
    """Register a person.

    Example: alongside person add --name "Ada Sample" --email ada@example.org
    --zone America/Chicago --role supervisee --pursuing IFS
    """
    added = cli_support.run(_add(name, email, zone, role or ["supervisee"], pursuing))
    typer.echo(json.dumps(added, indent=2) if as_json else added["person_id"])


async def _add(
    name: str, email: str, zone: str | None, roles: list[str], pursuing: str | None
) -> dict[str, Any]:
    from alongside_scheduler.domain.access import OPERATOR  # noqa: PLC0415  # --help stays quick
    from alongside_scheduler.handlers.people import (  # noqa: PLC0415
        RegisterPerson,
        register_person,
    )

    command = RegisterPerson(name=name, email=email, zone=zone, roles=roles, pursuing=pursuing)
    async with cli_support.service("scheduler") as service, service.uow() as uow:
        uow.actor = OPERATOR
        state = await register_person(command, uow)
        await uow.commit()
    return state.model_dump(mode="json")


@app.command()
def token(
    email: Email,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="A token that can look but not write.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it works.")] = 90,
    label: Annotated[str, typer.Option(help="What it is for.")] = "From the command line",
) -> None:
    """Print an API token of a person, and nothing else. It has their roles; keep it like a password.

    Example: alongside token ada@example.org --read-only --days 30
    """
    typer.echo(
        cli_support.run(_token(email, ["read"] if read_only else ["read", "write"], days, label))
    )


async def _token(email: str, scopes: list[str], days: int, label: str) -> str:
    from alongside_scheduler.handlers.sign_in import (  # noqa: PLC0415  # --help stays quick
        CreateToken,
        create_token,
        registered,
    )

    command = CreateToken(label=label, scopes=scopes, days=days)
    async with cli_support.service("scheduler") as service, service.uow() as uow:
        begun = await create_token((await registered(email, uow)).id, command, uow)
        await uow.commit()
        return str(service.web.state.doors.signed(begun))


@app.command("sign-in")
def sign_in(email: Email) -> None:
    """Print a sign-in link of a person, and nothing else. It works once, for 15 minutes.

    Example: alongside sign-in ada@example.org
    """
    typer.echo(cli_support.run(_sign_in(email)))


async def _sign_in(email: str) -> str:
    from alongside_scheduler.handlers.sign_in import make_link  # noqa: PLC0415  # --help stays quick

    async with cli_support.service("scheduler") as service, service.uow() as uow:
        request_id = await make_link(email, uow)
        await uow.commit()
        return str(service.web.state.doors.sign_in_link(request_id))


@app.command()
def zones(
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Move them now, instead of waiting for the running program."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
) -> None:
    """Show which series a new time-zone database moves. People keep the wall time they agreed on.

    It changes nothing, unless asked to. The running program does the same by itself, within a minute
    after an upgrade: every calendar is told once. What has begun never changes.

    Example: alongside zones --json
    """
    found = cli_support.run(_zones(apply=apply))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    typer.echo(
        f"Time-zone database {found['tzdata']}. Series not looked at with it yet: {found['to_look_at']}."
    )
    for each in found["moves"]:
        first = each["sessions"][0]
        typer.echo(
            f"{each['title']:<28} {each['zone']:<22} by {each['looked_with']}: "
            f"{len(each['sessions'])} sessions {'moved' if apply else 'would move'}, "
            f"the first from {first['before']} to {first['after']}"
        )
    for each in found["collisions"]:
        typer.echo(f"Two sessions at one time: {each['name']}, {each['starts_at']}, {each['path']}")


async def _zones(*, apply: bool) -> dict[str, Any]:
    async with cli_support.service("scheduler") as service:
        return await moved_by_clocks(service.uow, apply=apply)


async def moved_by_clocks(
    open_uow: Callable[[], AbstractAsyncContextManager[Any]], *, apply: bool = False
) -> dict[str, Any]:
    """Return what the time-zone database of today moves, as the command says it."""
    from alongside.zones import tzdata_version  # noqa: PLC0415  # --help stays quick
    from alongside_scheduler.clock_keeper import ClockKeeper  # noqa: PLC0415
    from alongside_scheduler.handlers.clocks import (  # noqa: PLC0415
        collisions_of,
        older_versions,
        preview,
    )

    def text(moment: Any) -> str:
        return f"{moment:%Y-%m-%dT%H:%MZ}"

    async with open_uow() as uow:
        due = await uow.clocks.looked_at(await older_versions(uow), uow.now, limit=100_000)
        seen = [await preview(series_id, uow) for series_id in due]
    if apply:
        await ClockKeeper(open_uow).tick()
    async with open_uow() as uow:
        colliding = await uow.clocks.yielding(uow.now)
        hurt = [(each, await collisions_of(each, uow)) for each in colliding]
    return {
        "tzdata": tzdata_version(),
        "to_look_at": len(due),
        "moves": [
            {
                "series_id": each.series.series_id,
                "title": each.series.title,
                "zone": each.series.zone,
                "looked_with": each.looked_with,
                "sessions": [
                    {"key": one.key, "before": text(one.before), "after": text(one.after)}
                    for one in each.shifts
                ],
            }
            for each in seen
            if each.shifts
        ],
        "collisions": [
            {"name": one.name, "starts_at": text(one.starts_at), "path": f"/series/{series_id}"}
            for series_id, found in hurt
            for one in found
        ],
    }
