"""Maps fixtures in a process of its own: ``python -m`` this, a task in, outcomes out.

Speaks MessagePack on its standard streams; see ``purity``.
"""

import importlib
import sys
from typing import cast

import msgspec
from msgspec import Struct

from claw.connect.conformance.outcomes import outcome_lines
from claw.ports.connector import Bundle, Connector, MapEnv, Missing, Raw


class Case(Struct, frozen=True, kw_only=True):
    """A bundle, its parts sorted by what became of them, and what the mapper is told."""

    primary: Raw
    raws: dict[str, Raw]
    missing: dict[str, Missing]
    env: MapEnv

    @classmethod
    def of(cls, bundle: Bundle, env: MapEnv) -> "Case":
        """The case of a bundle."""
        parts = bundle.parts.items()
        return cls(
            primary=bundle.primary,
            raws={role: part for role, part in parts if isinstance(part, Raw)},
            missing={role: part for role, part in parts if isinstance(part, Missing)},
            env=env,
        )

    def bundle(self) -> Bundle:
        """The bundle again."""
        return Bundle(primary=self.primary, parts={**self.raws, **self.missing})


class Task(Struct, frozen=True, kw_only=True):
    """What to map with which connector."""

    object_path: str
    cases: tuple[Case, ...]


def main() -> None:
    """Do the one task given on standard input."""
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    module, _, name = task.object_path.partition(":")
    connector = cast("Connector", getattr(importlib.import_module(module), name))
    made = [outcome_lines(connector.map(case.bundle(), case.env)) for case in task.cases]
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))


if __name__ == "__main__":
    main()
