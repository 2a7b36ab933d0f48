"""What was measured with tools that an installed connector does not bring.

``scripts/measure_connector.py`` measures a source tree and writes ``evidence.json`` beside
the manifest; ``make bench`` writes the throughput. Both say when, and the first says of
which code: it counts for no other.
"""

import datetime
import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from claw.core.errors import InvalidInput

T = TypeVar("T", bound=Struct)

FILE = "evidence.json"
_NOT_THE_ADAPTER = ("simulator", "conformance", "conformance.py", "__pycache__")


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Measurements of one connector's package.

    ``code`` names the adapter's modules that were measured (:func:`code_digest`). Percents
    are of branches of ``mapping.py`` and of lines and branches of the adapter's modules.
    ``open_cases`` are edge cases neither proved nor explained, None without a ledger;
    ``shape_tests`` the passed tests that hold the simulator against the vendor's own
    documentation or recorded answers.
    """

    connector: str
    measured_on: datetime.date
    code: str
    typing_errors: int
    mapping_branch_percent: float
    package_percent: float
    edge_cases: int | None = None
    open_cases: int | None = None
    shape_tests: int = 0
    mutation_percent: float | None = None


class Throughput(Struct, frozen=True, kw_only=True):
    """C22, as ``make bench`` measured it: ratios to the typed floor and over 200 pages."""

    connector: str
    measured_at: datetime.date
    cpu_ratio: float
    memory_ratio: float
    records: int
    version: str


def read_evidence(folder: Path) -> Evidence | None:
    """The evidence beside a manifest, None when there is none. Raises InvalidInput."""
    path = folder / FILE
    return _read(path, Evidence) if path.is_file() else None


def read_throughput(tree: Path | None, key: str) -> Throughput | None:
    """The result of ``make bench``, None when there is none. Raises InvalidInput."""
    path = tree / "benchmarks" / "results" / f"{key}.json" if tree else None
    return _read(path, Throughput) if path is not None and path.is_file() else None


def code_digest(folder: Path) -> str:
    """The name of the adapter's code: its modules and manifest, simulator and stage apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix not in (".py", ".toml") or inside.name == "quality.toml":
            continue
        if not any(part in _NOT_THE_ADAPTER for part in inside.parts):
            digest.update(f"{inside.as_posix()}\n{len(path.read_bytes())}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as problem:
        raise InvalidInput(
            f"{path.name} cannot be read: {problem}",
            code="evidence_invalid",
            field=path.name,
            hint="measure again",
        ) from problem
