"""A database of its own for each attack."""

from claw_testing.scratch_database import scratch, scratch_server

__all__ = ["scratch", "scratch_server"]
