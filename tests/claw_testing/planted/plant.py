"""What a planted fault is: a subject, and the numbers of the checks that turn red."""

from msgspec import Struct

from claw.connect import Connector
from claw_testing.sample_connector.subject import SnipsSubject

READING = ("C01", "C04", "C06", "C10", "C13", "C16", "C18", "C19")
"""The checks that a fault of reading can touch: they read."""
MAPPING = ("C01", "C02", "C03", "C04", "C05", "C16", "C18", "C19", "C21")
"""The checks that a fault of mapping can touch: they map."""
DECLARING = ("C01", "C04", "C06", "C10", "C13", "C15", "C16", "C18", "C19", "C20")
"""The checks that the manifest can touch."""
RECORDING = ("C01", "C02", "C03", "C04", "C05", "C21")
"""The checks that look at fixtures."""


class Plant(Struct, frozen=True, kw_only=True):
    """One fault. ``red`` are the checks that notice, out of those ``looked_at``."""

    name: str
    subject: SnipsSubject
    red: frozenset[str]
    looked_at: tuple[str, ...]


def plant(
    connector: Connector, red: str, looked_at: tuple[str, ...], *, object_path: str | None = None
) -> Plant:
    """A connector with a fault; it is called what its class's docstring says."""
    said = (type(connector).__doc__ or "").strip().rstrip(".")
    subject = SnipsSubject(connector, object_path or SnipsSubject.object_path)
    return Plant(name=said, subject=subject, red=frozenset(red.split()), looked_at=looked_at)
