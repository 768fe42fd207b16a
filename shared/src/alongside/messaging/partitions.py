"""Topics that are there: more partitions, when one consumer a service no longer keeps up; or an end."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import for_code

from alongside.contracts import TOPICS
from alongside.errors import Conflict
from alongside.messaging.lag import standing
from alongside.messaging.login import Login
from alongside.messaging.topics import groups_of


class StillToHear(Conflict):
    """Something was said that somebody has not heard yet; it would be heard in another order."""

    code = "still_to_hear"


async def grow(
    bootstrap: str, partitions: int, login: Login, *, anyway: bool = False
) -> dict[str, int]:
    """Have at least so many partitions in each topic; return how many those had that grew.

    A key moves to another partition by it, and a later event of it could be read before an earlier:
    raises `StillToHear` while anything waits for a consumer, unless it is to be done `anyway`. That
    nobody publishes meanwhile, whoever calls has seen to.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="alongside-topics", **login.for_client()
    )
    await admin.start()
    try:
        known = await admin.describe_topics(sorted(TOPICS))
        counts = {each["topic"]: len(each["partitions"]) for each in known}
        small = {topic: count for topic, count in counts.items() if 0 < count < partitions}
        if small and not anyway:
            await _refuse_while_anything_waits(bootstrap, login)
        if small:
            answer = await admin.create_partitions(
                {topic: NewPartitions(partitions) for topic in small}
            )
            for topic, code, *_ in answer.topic_errors:
                if code:
                    raise for_code(code)(topic)
        return small
    finally:
        await admin.close()


async def delete(bootstrap: str, login: Login) -> list[str]:
    """Delete our topics with all that they hold, and return once they are gone; return which."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="alongside-topics", **login.for_client()
    )
    await admin.start()
    try:
        ours = sorted(set(TOPICS) & set(await admin.list_topics()))
        if ours:
            answer = await admin.delete_topics(ours)
            for topic, code, *_ in answer.topic_error_codes:
                if code:
                    raise for_code(code)(topic)
        # The broker answers before everybody can see what was done, and tells nobody when.
        async with asyncio.timeout(60):
            while set(ours) & set(await admin.list_topics()):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return ours
    finally:
        await admin.close()


async def _refuse_while_anything_waits(bootstrap: str, login: Login) -> None:
    known = await standing(bootstrap, login, groups_of(), longest=30)
    waiting = {group: sum(each.waiting.values()) for group, each in known.items()}
    behind = [
        f"{group.removeprefix('alongside.')} has {count} records to hear"
        for group, count in waiting.items()
        if count
    ]
    if behind:
        raise StillToHear(
            f"{'; '.join(behind)}. Stop every relay, wait until nothing is left to be heard (alongside "
            "doctor says so), and try again. Nothing was changed."
        )
