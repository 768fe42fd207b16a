"""Starting quickly."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def building() -> Iterator[None]:
    """Do not look for garbage while only things that stay are made: modules, models, routes.

    They are looked at neither then, a tenth of the time a start takes, nor ever after.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
