"""A PostgreSQL for the faults that want one."""

from tests.sync.server.conftest import postgres

__all__ = ["postgres"]
