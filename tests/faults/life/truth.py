"""What must hold at the end, whatever struck. Each check returns what it found wrong, in words."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Any

from alongside.contracts import ANSWERS, HOURS, PEOPLE, SESSIONS, SeriesState
from alongside.messaging.grants import HEARS
from alongside.settings import SERVICES
from alongside.testing.smtp import SmtpSink
from alongside.zones import zone
from faults.life.books import Books, Said
from faults.life.program import Done, Program
from notifier.client import Client, shown_by

Wrong = Iterator[str]


async def nothing_parked(books: Books) -> list[str]:
    """No record was put aside, and nobody gave up on a mail."""
    wrong = [
        f"parked by {consumer}: {error[:300]}"
        for service in SERVICES
        for consumer, error in await books.rows(service, "SELECT consumer, error FROM dead_letters")
    ]
    query = "SELECT outcome, count(*) FROM mails WHERE outcome <> 'sent' GROUP BY 1"
    wrong += [
        f"{number} mails {outcome}" for outcome, number in await books.rows("notifier", query)
    ]
    return wrong


async def every_event_took_effect(books: Books) -> list[str]:
    """Each event was taken in by everybody who hears its topic, and nobody took in anything else."""
    wrong = []
    for service, topics in HEARS.items():
        for topic in topics:
            said = {each.event_id for each in await books.said(topic)}
            heard = await books.heard(service, topic)
            if said != heard:
                wrong.append(
                    f"{service} on {topic}: {len(said - heard)} lost, {len(heard - said)} from nowhere"
                )
    return wrong


async def copies_are_equal(books: Books) -> list[str]:
    """What each service keeps of the others' is what its owner says last."""
    newest: dict[str, dict[str, Any]] = {SESSIONS: {}, PEOPLE: {}}
    entries: dict[str, dict[str, Any]] = {}
    standings: dict[str, dict[str, Any]] = {}
    for said in await books.said(SESSIONS):
        newest[SESSIONS][said.key] = said.body["series"]
    for said in await books.said(PEOPLE):
        if "person" in said.body:
            newest[PEOPLE][said.key] = said.body["person"]
    for said in await books.said(HOURS):
        if "entry" in said.body:
            entries[said.body["entry"]["entry_id"]] = said.body["entry"]
        elif said.type == "ProgressChanged":
            standings[said.key] = said.body
    found = {
        "series, own": (
            newest[SESSIONS],
            await books.states("scheduler", "SELECT id, state FROM series"),
        ),
        "series at the logbook": (
            newest[SESSIONS],
            await books.states("logbook", "SELECT series_id, state FROM series"),
        ),
        "series at the notifier": (
            newest[SESSIONS],
            await books.states("notifier", "SELECT id, state FROM series"),
        ),
        "people at the notifier": (
            newest[PEOPLE],
            await books.states("notifier", "SELECT id, state FROM people"),
        ),
    }
    versions = {key: (p["version"], p["name"]) for key, p in newest[PEOPLE].items()}
    for service, query in (
        ("scheduler", "SELECT id, version, name FROM people"),
        ("logbook", "SELECT person_id, version, name FROM people"),
    ):
        rows = {key: tuple(rest) for key, *rest in await books.rows(service, query)}
        found[f"people at the {service}"] = (versions, rows)
    facts = ("version", "status", "awaits", "minutes")
    kept = {key: tuple(each[fact] for fact in facts) for key, each in entries.items()}
    for service, key in (("logbook", "entry_id"), ("notifier", "id")):
        query = f"SELECT {key}, {', '.join(facts)} FROM entries"
        rows = {row[0]: row[1:] for row in await books.rows(service, query)}
        found[f"entries at the {service}"] = (kept, rows)
    facts = ("version", "counted_minutes", "pending_minutes")
    kept = {key: tuple(each[fact] for fact in facts) for key, each in standings.items()}
    for service, key in (("scheduler", "supervisee_id"), ("notifier", "id")):
        table = "progress" if service == "scheduler" else "standings"
        rows = await books.rows(service, f"SELECT {key}, {', '.join(facts)} FROM {table}")
        found[f"standing at the {service}"] = (kept, {row[0]: row[1:] for row in rows})
    answers = "SELECT person_id, series_id, {0}, answer FROM answers"
    found["answers at the scheduler"] = (
        {row[:3]: row[3] for row in await books.rows("notifier", answers.format("occurrence_key"))},
        {row[:3]: row[3] for row in await books.rows("scheduler", answers.format("key"))},
    )
    of_visits = "SELECT series_id, key, version, held, minutes FROM visits WHERE version > 0"
    found["visits at the scheduler"] = (
        {row[:2]: row[2:] for row in await books.rows("logbook", of_visits)},
        {row[:2]: row[2:] for row in await books.rows("scheduler", of_visits)},
    )
    found["recorded at the scheduler"] = (
        dict.fromkeys(
            await books.rows("logbook", "SELECT DISTINCT series_id, occurrence_key FROM entries"),
            "there",
        ),
        dict.fromkeys(
            await books.rows("scheduler", "SELECT series_id, key FROM recorded"), "there"
        ),
    )
    return [
        f"{what}: {sum(owner.get(k) != copy.get(k) for k in {*owner, *copy})} of {len(owner)} differ"
        for what, (owner, copy) in found.items()
        if owner != copy
    ]


async def acknowledged_and_nothing_else(books: Books, done: Done) -> list[str]:
    """Every change of a series or person that was acknowledged stands, once; no other was made."""
    wrong = []
    of_series: dict[str, list[Any]] = defaultdict(list)
    for said in await books.said(SESSIONS):
        of_series[said.key].append(said)
    for series_id, events in of_series.items():
        states = {each.body["series"]["version"]: each for each in events}
        if sorted(states) != list(range(1, len(events) + 1)):
            wrong.append(f"series {series_id}: versions {[*states]} of {len(events)} events")
        rosters = sum(each.type == "RosterChanged" for each in events)
        if rosters != done.rosters[series_id]:
            wrong.append(
                f"series {series_id}: {done.rosters[series_id]} changes of the roster were "
                f"acknowledged, {rosters} were made"
            )
        for version, event in states.items():
            told = done.series.get((series_id, version))
            if told is None and event.type != "RosterChanged":
                wrong.append(f"series {series_id}: nobody asked for {event.type} {version}")
            elif told is not None and _same(told) != _same(event.body["series"]):
                wrong.append(f"series {series_id}: {version} is not what was acknowledged")
    wrong += [
        f"series {series_id}: version {version} was acknowledged and is lost"
        for series_id, version in done.series
        if version > len(of_series[series_id])
    ]
    for key, version in await books.rows("scheduler", "SELECT id, version FROM people"):
        if key in done.people and version != done.people[key]:
            wrong.append(f"person {key}: {done.people[key]} acknowledged, version {version}")
    return wrong


async def what_was_acknowledged_stands(books: Books, kept: dict[str, Done]) -> list[str]:
    """Of what was acknowledged before each database was backed up, nothing is missing."""
    versions = {(each.key, each.body["series"]["version"]) for each in await books.said(SESSIONS)}
    people = dict(await books.rows("scheduler", "SELECT id, version FROM people"))
    entries = set(await books.rows("logbook", "SELECT entry_id, version FROM entry_versions"))
    query = "SELECT person_id, series_id, occurrence_key FROM answers"
    answers = set(await books.rows("notifier", query))
    query = "SELECT series_id, key, version FROM visits"
    visits = {row[:2]: row[2] for row in await books.rows("logbook", query)}
    scheduler, logbook, notifier = kept["scheduler"], kept["logbook"], kept["notifier"]
    if not (scheduler.series and scheduler.people and logbook.entries):
        return ["nothing had been acknowledged when the backup was taken"]
    lost = {
        "states of series": set(scheduler.series) - versions,
        "people": {key for key, number in scheduler.people.items() if people.get(key, 0) < number},
        "versions of entries": logbook.entries - entries,
        "answers": set(notifier.answers) - answers,
        "visits": {
            place
            for place, (version, *_) in logbook.visits.items()
            if visits.get(place, 0) < version
        },
    }
    return [f"{len(which)} {what} are lost" for what, which in lost.items() if which]


def _same(state: dict[str, Any]) -> SeriesState:
    return SeriesState.model_validate(state)


async def hours_are_what_was_recorded(books: Books, done: Done) -> list[str]:
    """Minutes are those last recorded; every version that somebody was told is in the record."""
    wrong = []
    query = "SELECT series_id, occurrence_key, supervisee_id, minutes FROM entries"
    minutes = {tuple(row[:3]): row[3] for row in await books.rows("logbook", query)}
    for place, expected in done.minutes.items():
        if minutes.get(place) != expected:
            wrong.append(f"{place}: {expected} min were recorded, {minutes.get(place)} stand")
    if strangers := set(minutes) - set(done.minutes):
        wrong.append(f"{len(strangers)} entries that nobody recorded: {sorted(strangers)[:3]}")
    versions = set(await books.rows("logbook", "SELECT entry_id, version FROM entry_versions"))
    if lost := done.entries - versions:
        wrong.append(f"{len(lost)} versions were acknowledged and are lost")
    if more := versions - done.entries:
        wrong.append(f"{len(more)} versions of entries that nobody was told of")
    query = "SELECT supervisee_id, body FROM progress"
    attended = {k: each["attended"] for k, each in (await books.states("logbook", query)).items()}
    sums: Counter[str] = Counter()
    for (_, _, person), number in minutes.items():
        sums[person] += number
    wrong += [
        f"{person}: attended {number}, progress says {attended.get(person)}"
        for person, number in sums.items()
        if attended.get(person) != number
    ]
    query = "SELECT series_id, key, version, held, minutes FROM visits WHERE version > 0"
    if {row[:2]: row[2:] for row in await books.rows("logbook", query)} != done.visits:
        wrong.append("the visits that stand are not those that were logged")
    return wrong


async def answers_are_the_last_ones(books: Books, done: Done) -> list[str]:
    """What somebody answered last is what stands."""
    query = "SELECT person_id, series_id, occurrence_key, answer FROM answers"
    standing = {tuple(row[:3]): row[3] for row in await books.rows("notifier", query)}
    return [
        f"{place}: {word} was answered, {standing.get(place)} stands"
        for place, word in done.answers.items()
        if standing.get(place) != word
    ]


async def nobody_is_in_two_places(books: Books) -> list[str]:
    """No two planned meetings of a person overlap, as far as the series say."""
    busy: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for state in (await books.states("scheduler", "SELECT id, state FROM series")).values():
        series = SeriesState.model_validate(state)
        for each in series.occurrences:
            if each.status == "planned":
                days = {
                    moment.astimezone(zone(series.zone)).date()
                    for moment in (each.original_start, each.starts_at)
                }
                for person in {
                    each.provider_id or series.provider_id,
                    *(m.person_id for m in series.members if _there(m, days)),
                }:
                    busy[person].append((each.starts_at, each.ends_at))
    return [
        f"{person} is in two places at {second[0]}"
        for person, times in busy.items()
        for first, second in pairwise(sorted(times))
        if second[0] < first[1]
    ]


def _there(member: Any, days: set[date]) -> bool:
    return all(
        member.joined_on <= day and (member.left_on is None or day <= member.left_on)
        for day in days
    )


def in_order(log: dict[tuple[str, str], list[str]], said: list[Said]) -> Wrong:
    """In Kafka, the events of a key first come in the order in which they were said.

    Two people who answer about the same series at the same moment do not wait for each other, nor
    do two visits of one consultant: there, what has the lower number may be committed later, and
    order is that of one person's answers, and of what was logged of one visit.
    """
    there = {each: number for ids in log.values() for number, each in enumerate(dict.fromkeys(ids))}
    one: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in said:
        of = each.body["person_id"] if each.topic == ANSWERS else ""
        if each.type == "VisitLogged":
            of = "{series_id}/{occurrence_key}".format_map(each.body["visit"])
        one[each.topic, each.key, of].append(each.event_id)
    for place, ids in one.items():
        came = [each for each in ids if each in there]
        if len(came) < len(ids) or came != sorted(came, key=there.__getitem__):
            yield f"{place}: {len(ids)} were said, {len(came)} lie in Kafka, or not in this order"
    if strangers := set(there) - {each.event_id for each in said}:
        yield f"{len(strangers)} events lie in Kafka that nobody said"


async def one_mail_each(books: Books, sink: SmtpSink, in_hand: int) -> list[str]:
    """The mailboxes hold each queued mail, unchanged, and once.

    What was in the hand of a process that was killed may come again, the same to the byte: the
    mail server had it, and nobody was left to know. There may be `in_hand` such mails at most.
    """
    query = "SELECT message_id, raw FROM mails WHERE outcome = 'sent'"
    queued = {identity: bytes(raw) for identity, raw in await books.rows("notifier", query)}
    came: dict[str, list[bytes]] = defaultdict(list)
    for each in list(sink.deliveries):
        head = message_from_bytes(each.raw, policy=policy.default)
        came[str(head["Message-ID"]).strip()].append(each.raw)
    wrong = [f"{identity} never came" for identity in queued if identity not in came]
    wrong += [
        f"{identity} came, and was never queued" for identity in came if identity not in queued
    ]
    again = {identity: raws for identity, raws in came.items() if len(raws) > 1}
    wrong += [
        f"{identity} came again, and otherwise"
        for identity, raws in again.items()
        if len(set(raws)) > 1
    ]
    repeated = sum(len(raws) - 1 for raws in again.values())
    if repeated > in_hand:
        wrong.append(f"{repeated} mails came again; {in_hand} can have been in a killed hand")
    query = (
        "SELECT e.id FROM entries e WHERE e.status = 'recorded' AND e.version = 1 AND NOT EXISTS "
        "(SELECT 1 FROM mails m WHERE m.message_id LIKE '<attendance.' || e.id || '%') "
        f"AND e.held_on > '{datetime.now(UTC).date() - timedelta(days=20)}'"
    )
    wrong += [
        f"nobody was asked to confirm {row[0]}" for row in await books.rows("notifier", query)
    ]
    return wrong


async def mailbox_is_feed(
    program: Program, books: Books, sink: SmtpSink, now: datetime
) -> list[str]:
    """What a mailbox shows, replayed through a calendar client, is what the feed shows."""
    wrong = []
    people = await books.rows("notifier", "SELECT id, email FROM people")
    boxes: dict[str, list[bytes]] = defaultdict(list)
    for each in list(sink.deliveries):
        boxes[each.recipients[0].lower()].append(each.raw)
    shown = 0
    for person, email in people:
        client, seen = Client(), set()
        for raw in boxes[email]:
            mail = message_from_bytes(raw, policy=policy.default)
            identity = str(mail["Message-ID"])
            if identity in seen or not any(
                part.get_content_type() == "text/calendar" for part in mail.walk()
            ):
                continue
            seen.add(identity)
            client.receive(raw)
        feed = await program.feed(person)
        mailed = _ahead(client.shows(), now)
        fed = _ahead(shown_by(feed), now) if feed is not None else set()
        shown += len(fed)
        if mailed != fed:
            wrong.append(
                f"{email}: only in mails {sorted(mailed - fed)}, only in the feed {sorted(fed - mailed)}"
            )
    return wrong if shown else ["no feed shows anything"]


def _ahead(shown: set[tuple], now: datetime) -> set[tuple]:
    # Words alone are no reason for a mail, unless somebody asks for that.
    return {(start, end, where) for start, end, _, where in shown if end > now}
