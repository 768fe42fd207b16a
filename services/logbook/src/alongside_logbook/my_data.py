"""The command `alongside my-data`: somebody's archive, written to a file."""

import os
from pathlib import Path

from alongside.cli_support import service
from alongside_logbook.reports import person_id_of
from alongside_logbook.views.my_data import own_files
from alongside_logbook.zipped import zipped


async def written(who: str, to: Path) -> int:
    """Write the archive of somebody, by address or id, for nobody else to read; return its bytes."""
    size = 0
    async with service("logbook") as logbook, logbook.uow() as uow:
        person_id = await person_id_of(who, uow)
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            async for piece in zipped(own_files(person_id, uow), uow.now):
                size += file.write(piece)
    return size
