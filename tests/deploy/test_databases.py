"""The script that makes the databases in a container, run on a real server."""

import os
import subprocess
from pathlib import Path

import asyncpg
import pytest

from alongside.settings import SERVICES
from alongside.stack.postgres import OWNER, find_binaries

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).parents[2] / "deploy" / "postgres" / "databases.sh"


async def test_each_service_reaches_its_own_database_and_no_other(postgres, tmp_path):
    for name in SERVICES:
        (tmp_path / f"{name}_password").write_text(f"it's {name}")
    answer = subprocess.run(  # nothing else waits
        ["sh", SCRIPT],
        env={
            "PATH": f"{find_binaries()}:{os.environ['PATH']}",
            "POSTGRES_USER": OWNER,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.server.port),
            "PGPASSWORD": postgres.server.password,
            "SECRETS": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr
    for name in SERVICES:
        login = {
            "host": "127.0.0.1",
            "port": postgres.server.port,
            "user": name,
            "password": f"it's {name}",
        }
        connection = await asyncpg.connect(database=name, **login)
        await connection.execute("CREATE TABLE own (id int)")
        await connection.close()
        for other in {*SERVICES, "postgres", "template1"} - {name}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(database=other, **login)
