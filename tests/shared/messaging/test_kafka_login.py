"""A guarded Kafka: by TLS, and every service may do what it needs and nothing else."""

import asyncio
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)

from alongside.contracts import ANSWERS, HOURS, PEOPLE, SESSIONS, TOPICS
from alongside.host import create_services
from alongside.messaging.grants import HEARS, SAYS
from alongside.messaging.kafka import declare_topics
from alongside.messaging.login import Login, NoPassword
from alongside.settings import SERVICES, Settings
from alongside.stack.certificates import certify
from alongside.stack.kafka import Guarded, KafkaServer
from alongside.testing.folders import scratch_folder

PASSWORDS = {name: f"secret-of-{name}" for name in (Guarded.ADMIN, *SERVICES)}


@pytest.mark.unit
def test_every_service_may_hear_what_it_listens_to_and_no_more(tmp_path):
    services = create_services(Settings(data=tmp_path))
    assert {name: {each.topic for each in app.subscriptions} for name, app in services.items()} == {
        name: set(topics) for name, topics in HEARS.items()
    }
    for name, app in services.items():
        assert all(each.consumer.startswith(f"{name}-") for each in app.subscriptions)


@pytest.mark.unit
def test_every_topic_has_one_service_that_speaks_there():
    assert sorted(topic for topics in SAYS.values() for topic in topics) == sorted(TOPICS)


@pytest.mark.unit
def test_a_user_without_a_password_is_refused():
    with pytest.raises(NoPassword):
        Login.of(Settings(kafka_user="logbook"))
    assert Login.of(Settings()).for_client() == {}
    assert Login.of(Settings()).for_broker() is None


@pytest.fixture(scope="module")
def guarded(stack_can_run) -> Iterator[tuple[KafkaServer, Login]]:
    with scratch_folder("guarded") as folder:
        authority, server = certify(folder / "certificates")
        assert certify(folder / "certificates") == (authority, server)
        with KafkaServer(
            folder / "kafka", guarded=Guarded(authority, server, PASSWORDS)
        ) as running:
            yield running, Login(Guarded.ADMIN, PASSWORDS[Guarded.ADMIN], authority)


@pytest.fixture
async def topics(guarded) -> KafkaServer:
    server, admin = guarded
    await declare_topics(server.bootstrap, login=admin, grant=True)
    return server


def login_of(guarded, name: str) -> Login:
    return Login(name, PASSWORDS[name], guarded[1].authority)


async def say(server: KafkaServer, login: Login, topic: str) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=server.bootstrap, enable_idempotence=True, **login.for_client()
    )
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"k")
    finally:
        await producer.stop()


async def hear(server: KafkaServer, login: Login, topic: str, group: str) -> bytes:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=server.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        **login.for_client(),
    )
    try:
        await consumer.start()
        async with asyncio.timeout(30):
            return (await consumer.getone()).value
    finally:
        await consumer.stop()


@pytest.mark.integration
async def test_a_service_says_its_own_facts_and_hears_those_it_needs(guarded, topics):
    await say(topics, login_of(guarded, "scheduler"), PEOPLE)
    heard = await hear(topics, login_of(guarded, "logbook"), PEOPLE, "alongside.logbook-people")
    assert heard == b"{}"


@pytest.mark.integration
async def test_a_service_cannot_say_what_is_anothers_to_say(guarded, topics):
    for service, topic in (("logbook", PEOPLE), ("notifier", SESSIONS), ("scheduler", HOURS)):
        with pytest.raises(TopicAuthorizationFailedError):
            await say(topics, login_of(guarded, service), topic)


@pytest.mark.integration
async def test_a_service_cannot_hear_what_it_does_not_need(guarded, topics):
    with pytest.raises(TopicAuthorizationFailedError):
        await hear(topics, login_of(guarded, "logbook"), ANSWERS, "alongside.logbook-x")
    with pytest.raises(GroupAuthorizationFailedError):
        await hear(topics, login_of(guarded, "logbook"), PEOPLE, "alongside.notifier-people")


@pytest.mark.integration
async def test_nobody_comes_in_without_the_right_password_or_in_the_clear(guarded, topics):
    _, admin = guarded
    for login in (Login(), Login("scheduler", "guessed", admin.authority)):
        with pytest.raises(KafkaConnectionError):
            await say(topics, login, PEOPLE)
