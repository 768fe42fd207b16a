"""Prints which server programs this machine lacks and a wheel could bring; nothing if none."""

from collections.abc import Callable

from alongside.stack.kafka_files import find_java
from alongside.stack.postgres import find_binaries
from alongside.stack.process import StackError


def lacks(find: Callable[[], object]) -> bool:
    try:
        find()
    except StackError:
        return True
    return False


if __name__ == "__main__":
    wanted = {"PostgreSQL": find_binaries, "Java 17": find_java}
    print(" and no ".join(name for name, find in wanted.items() if lacks(find)))
