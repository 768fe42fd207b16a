"""Commands of the notifier: feeds, answer mails, the mail queue."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from alongside.cli_support import console, run, service, stop
from alongside.errors import Conflict, NotFound

app = typer.Typer(no_args_is_help=True)
mail = typer.Typer(
    no_args_is_help=True,
    help="The mail queue: what was sent, what waits, and why.\n\nExample: alongside mail list",
)
app.add_typer(mail, name="mail")


@app.command()
def feed(email: Annotated[str, typer.Argument(help="The person's address.")]) -> None:
    """Print the address of a person's calendar feed, and nothing else.

    Example:  curl -s "$(alongside feed ada@example.org)"
    """
    print(run(_feed(email)))  # noqa: T201  # what a script reads


@app.command("feeds-anew")
def feeds_anew(
    gently: Annotated[
        bool, typer.Option("--gently", help="The addresses of before go on for 30 days.")
    ] = False,
) -> None:
    """Give each calendar a new address by the feed.key that is here now; those of another end at once.

    For a key that leaked: whoever has it gets in by what it made. Turn it first (alongside keys
    --turn feed) and start the notifier again. Everybody subscribes anew: tell them. Each person's
    page says which programs still fetch an address of before.

    Example:  alongside feeds-anew --gently
    """
    number = run(_feeds_anew(gently=gently))
    console.print(f"{number} {'calendar has' if number == 1 else 'calendars have'} a new address.")


@app.command()
def reply(
    file: Annotated[
        str, typer.Argument(help="A file with the mail as it came; - reads standard input.")
    ] = "-",
) -> None:
    """Take an answer mail that a calendar program sent. Meant for the end of a pipe.

    Example, in /etc/aliases:  calendar: "|/opt/alongside/bin/alongside reply"
    """
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror}")
    outcome, reason = run(_reply(raw))
    console.print(f"{outcome}: {reason}", markup=False)
    if outcome == "refused":
        raise typer.Exit(1)


@mail.command("list")
def list_mail(
    to: Annotated[str | None, typer.Option(help="Only mails to this person's address.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
) -> None:
    """List mails, the newest first: what, to whom, why, and what became of it.

    Example:  alongside mail list --to ben@example.org
    """
    table = Table("id", "queued (UTC)", "what", "to", "subject", "state")
    for row in run(_mails(to, limit)):
        state = row.outcome or ("again later" if row.last_error else "waiting")
        if row.last_error:
            state = f"{state}: {row.last_error}"
        table.add_row(
            str(row.id),
            f"{row.queued_at:%Y-%m-%d %H:%M}",
            row.kind,
            row.recipient,
            row.subject,
            state,
        )
    Console(soft_wrap=True).print(table)


@mail.command("hook-key")
def hook_key() -> None:
    r"""Print the key with which a mail system may hand in answer mails over HTTP.

    Example:  curl -H "X-Alongside-Hook-Key: $(alongside mail hook-key)" \
                   -H "Content-Type: message/rfc822" --data-binary @reply.eml \
                   https://hours.example.org/api/notifier/v1/replies
    """
    print(run(_hook_key()))  # noqa: T201  # what a script reads


@mail.command("listen")
def listen(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8024,
) -> None:
    """Take mails from the mail server over LMTP until it is stopped: answers, and what came back.

    Example:  alongside mail listen --port 8024
    In Postfix's transport map, then:  calendar@hours.example.org  lmtp:[127.0.0.1]:8024
    """
    try:
        run(_listen(host, port))
    except OSError as error:
        stop(f"{host}:{port} cannot be listened on: {error.strerror}")
    except KeyboardInterrupt:
        console.print("Stopped.")


async def _listen(host: str, port: int) -> None:
    from alongside_notifier.lmtp import listening  # noqa: PLC0415  # --help stays quick

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    async with (
        service("notifier") as notifier,
        listening(notifier.uow, notifier.web.state.desk, host, port) as taken,
    ):
        console.print(f"Listening for LMTP on {host}:{taken}.", markup=False)
        await over.wait()


async def _feed(email: str) -> str:
    from alongside_notifier.handlers.more_feeds import switch_on  # noqa: PLC0415  # --help stays quick

    async with service("notifier") as notifier, notifier.uow() as uow:
        desk = notifier.web.state.desk
        person = await uow.people.by_email(email)
        if person is None:
            raise NotFound(f"Nobody here has the address {email}.")
        row = await switch_on(person, uow, desk)
        await uow.commit()
        address: str | None = desk.feed_url(row.id, row.generation, row.token_hash)
        if address is None:
            raise Conflict(
                "The key that made this address is no longer kept: it goes on, and cannot be shown "
                "again. A new one is made on the page Calendar apps; for everybody: alongside feeds-anew"
            )
        return address


async def _feeds_anew(*, gently: bool) -> int:
    from alongside_notifier.handlers.feed_key import make_addresses_anew  # noqa: PLC0415

    async with service("notifier") as notifier:
        return await make_addresses_anew(notifier.uow, notifier.web.state.desk, gently=gently)


async def _reply(raw: bytes) -> tuple[str, str]:
    from alongside_notifier.handlers.intake import take_mail  # noqa: PLC0415  # --help stays quick

    async with service("notifier") as notifier:
        async with notifier.uow() as uow:
            taken = await take_mail(raw, uow, notifier.web.state.desk)
            await uow.commit()
        return taken.outcome, taken.reason


async def _mails(to: str | None, limit: int) -> list[Any]:
    async with service("notifier") as notifier, notifier.uow() as uow:
        person_id = None
        if to is not None:
            person = await uow.people.by_email(to)
            if person is None:
                raise NotFound(f"Nobody here has the address {to}.")
            person_id = person.person_id
        rows, _ = await uow.mails.listed(person_id=person_id, limit=limit)
        return list(rows)


async def _hook_key() -> str:
    async with service("notifier") as notifier:
        return notifier.secrets.link_mac("hook", "replies")
