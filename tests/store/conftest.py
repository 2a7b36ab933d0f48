"""A database of its own for each test, on every PostgreSQL there is."""

from claw_testing.every_engine import scratch_server
from claw_testing.scratch_database import scratch

__all__ = ["scratch", "scratch_server"]
