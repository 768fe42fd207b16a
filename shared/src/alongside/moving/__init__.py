"""Moving: everything of an embedded installation, carried into the databases of a stack."""

from alongside.moving.move import Moved, Progress, check_source, move
from alongside.moving.table import MoveRefused

__all__ = ["MoveRefused", "Moved", "Progress", "check_source", "move"]
