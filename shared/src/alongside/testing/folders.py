"""Folders for servers of tests."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """Make a folder that any user may pass through, as PostgreSQL's may have to; sweep it up."""
    folder = Path(tempfile.mkdtemp(prefix=f"alongside-{purpose}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
