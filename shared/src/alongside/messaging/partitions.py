"""More partitions for the topics that are there: when one consumer a service no longer keeps up."""

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import for_code

from alongside.contracts import TOPICS
from alongside.messaging.login import Login


async def grow(bootstrap: str, partitions: int, login: Login) -> dict[str, int]:
    """Have at least so many partitions in each topic; return how many those had that grew.

    A key moves to another partition by it. Whoever calls has seen to it that nobody publishes, and
    that nothing waits to be consumed: otherwise a later event of a key may be read before an earlier.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="alongside-topics", **login.for_client()
    )
    await admin.start()
    try:
        known = await admin.describe_topics(sorted(TOPICS))
        counts = {each["topic"]: len(each["partitions"]) for each in known}
        small = {topic: count for topic, count in counts.items() if 0 < count < partitions}
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
