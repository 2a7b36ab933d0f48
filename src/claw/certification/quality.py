"""Where an installed connector's quality file, evidence and source tree lie."""

from pathlib import Path

from msgspec import Struct

from claw.connect.catalog import locate_manifests
from claw.connect.conformance.quality import FILE, Quality, load_quality
from claw.core.errors import NotFound


class Place(Struct, frozen=True, kw_only=True):
    """A connector on disk. ``tree`` is its source tree, None where only the package is."""

    key: str
    distribution: str
    version: str
    folder: Path
    tree: Path | None


def place_of(key: str) -> Place:
    """Where the connector ``key`` lies. Raises NotFound."""
    source = locate_manifests().get(key)
    if source is None or source.path is None:
        raise NotFound(
            f"there is no connector {key!r}",
            code="connector_unknown",
            field="connector",
            hint="`claw connector list` names them",
        )
    folder = source.path.parent
    return Place(
        key=key,
        distribution=source.distribution,
        version=source.version,
        folder=folder,
        tree=next((up for up in folder.parents if (up / "pyproject.toml").is_file()), None),
    )


def read_quality(key: str) -> Quality:
    """The quality file of the connector ``key``.

    Raises:
        NotFound: no such connector, or it has none.
        InvalidInput: it breaks the rules; ``field`` is the key at fault.
    """
    path = place_of(key).folder / FILE
    if not path.is_file():
        raise NotFound(
            f"the connector {key!r} has no {FILE}",
            code="quality_missing",
            field="connector",
            hint="put one beside its manifest; docs/how-to/write-a-connector.md says what in it",
        )
    return load_quality(path.read_bytes())
