"""The state of a database's migrations."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class MigrationState(Struct, frozen=True, kw_only=True):
    """One migration as a database has it.

    ``changed``: its file is not the one that was applied; ``newer``: a newer Claw applied it.
    """

    number: int
    name: str
    state: Literal["applied", "pending", "changed", "newer"]
    applied_at: datetime | None = None
