"""One database a service, SQLite or PostgreSQL, through SQLAlchemy's asyncio engine."""

from alongside.db.database import Database
from alongside.db.plumbing import Plumbing, service_metadata
from alongside.db.types import PydanticJson, UtcDateTime
from alongside.db.uow import UnitOfWork

__all__ = ["Database", "Plumbing", "PydanticJson", "UnitOfWork", "UtcDateTime", "service_metadata"]
