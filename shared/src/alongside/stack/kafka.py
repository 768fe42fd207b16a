"""Apache Kafka as a child process: one KRaft node, broker and controller in one, on loopback."""

import base64
import signal
import socket
import ssl
import struct
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from alongside.stack.environment import write_secret
from alongside.stack.kafka_files import find_java, find_kafka
from alongside.stack.ports import free_port
from alongside.stack.process import Process, StackError, wait_until


@dataclass(frozen=True, slots=True)
class Guarded:
    """A broker that answers by TLS, to users with passwords, and lets each do what it was granted.

    Users are made when its folder is made. `ADMIN` may do everything.
    """

    authority: Path
    server: Path
    """PEM files, as `certificates.certify` makes them."""
    passwords: Mapping[str, str]

    ADMIN: ClassVar[str] = "admin"


class KafkaServer:
    """A single-node Kafka in a folder. Its topics must be declared; it makes none by itself."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        heap: str = "256m",
        cache: Path | None = None,
        log: Path | None = None,
        holds: Sequence[int] = (),
        say: Callable[[str], None] = lambda _line: None,
        guarded: Guarded | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self._guarded = guarded
        self.port = port
        self._controller_port = 0
        self._heap = heap
        self._cache = cache
        self._log = log or self.folder.parent / "kafka.log"
        self._say = say
        self._holds = holds
        self._process: Process | None = None

    @property
    def bootstrap(self) -> str:
        """The address that clients begin with."""
        return f"127.0.0.1:{self.port}"

    @property
    def launched(self) -> bool:
        """Whether it has been started."""
        return self._process is not None

    @property
    def process(self) -> Process:
        """The running broker."""
        if self._process is None:
            message = "Kafka has not been started."
            raise StackError(message)
        return self._process

    @property
    def has_users(self) -> bool:
        """Whether its folder was made with users."""
        records = self.folder / "log" / "bootstrap.checkpoint"
        return records.exists() and Guarded.ADMIN.encode() in records.read_bytes()

    def start(self, *, longest: float = 90) -> None:
        """Start the broker and wait until it answers requests.

        Started again, it listens on the same ports, so that clients find it.
        """
        self.launch()
        self.wait_until_ready(longest)

    def launch(self) -> None:
        """Format the folder if it is new, and start the broker."""
        kafka, java = find_kafka(self._cache, say=self._say), find_java()
        self.port = self.port or free_port()
        self._controller_port = self._controller_port or free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        # It may hold a password.
        write_secret(properties, self._properties())
        run: list[str | Path] = [
            java,
            "-cp",
            f"{kafka / 'libs'}/*",
            f"-Xmx{self._heap}",
            "-XX:+UseSerialGC",
        ]
        logging = kafka / "config" / "log4j2.yaml"
        if logging.exists():
            run += [
                f"-Dlog4j2.configurationFile={logging}",
                f"-Dkafka.logs.dir={self._log.parent / 'kafka'}",
            ]
        if not (self.folder / "log" / "meta.properties").exists():
            self._format([*run, "-XX:TieredStopAtLevel=1"], properties)
        elif self._guarded and not self.has_users:
            message = (
                f"The Kafka in {self.folder} was made without users, so nobody could sign in to it. "
                "Start without --secure, or with another --data."
            )
            raise StackError(message)
        self._process = Process(
            "Kafka", [*run, "kafka.Kafka", properties], log=self._log, holds=self._holds
        )

    def wait_until_ready(self, longest: float = 90) -> None:
        """Return once the broker answers; stop it and raise if it does not."""
        try:
            tls = _trusting(self._guarded.authority) if self._guarded else None
            wait_until(lambda: _answers(self.port, tls), self.process, longest=longest)
        except BaseException:
            self.process.kill()
            raise

    def stop(self) -> None:
        """Stop the broker and wait for its end."""
        if self._process is not None:
            self._process.stop(patience=30)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.signal(signal.SIGKILL)
        self.process.wait(10)

    def _format(self, run: list[str | Path], properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        command = [*run, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
        command += ["-c", properties, "--ignore-formatted"]
        for user, password in self._guarded.passwords.items() if self._guarded else ():
            command += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
        with Process("kafka format", command, log=self._log) as formatting:
            if formatting.wait(60) != 0:
                message = f"Kafka's storage could not be made.\n{formatting.last_words()}"
                raise StackError(message)

    def _properties(self) -> str:
        broker, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self._controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"BROKER://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"BROKER://{broker}",
            "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "BROKER",
            "log.dirs": self.folder / "log",
            # A consumer builds its copy from the log alone, so nothing is ever thrown away.
            "log.retention.ms": -1,
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # A broker that was killed may come back once its old session has run out.
            "broker.session.timeout.ms": 6000,
            "broker.heartbeat.interval.ms": 1000,
            # Sized for a laptop beside everything else.
            "num.network.threads": 2,
            "num.io.threads": 4,
            "background.threads": 2,
            "log.cleaner.dedupe.buffer.size": 8 * 2**20,
        }
        if self._guarded is not None:
            settings |= _guarding(self._guarded)
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


def _guarding(guarded: Guarded) -> dict[str, object]:
    own = (
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        f'username="{Guarded.ADMIN}" password="{guarded.passwords[Guarded.ADMIN]}";'
    )
    return {
        "listener.security.protocol.map": "BROKER:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.broker.scram-sha-512.sasl.jaas.config": own,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": guarded.server,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": guarded.authority,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # Nobody in particular is the broker itself, on the controller's port of this machine.
        "super.users": f"User:{Guarded.ADMIN};User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
    }


def _trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority)


def _answers(port: int, tls: ssl.SSLContext | None) -> bool:
    """Ask which requests the broker knows (ApiVersions, version 0): it answers once it serves."""
    question = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
            connection = tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain
            with connection:
                connection.sendall(struct.pack(">i", len(question)) + question)
                answer = connection.recv(8)
    except OSError:
        return False
    # Length, then our own number back.
    return answer[4:8] == struct.pack(">i", 1)
