"""Which connectors are installed, found without running any of their code.

Connectors are entry points of the group ``claw.connectors``, the bundled ones too. The
manifest lies beside the module the entry point names. It is located by asking Python's
path finders where a package would come from, which executes nothing, so a connector that
cannot even be imported is still listed and says what it is.
"""

import importlib
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from msgspec import Struct

from claw.connect.auth.ways import way_of
from claw.connect.manifest import load_manifest
from claw.connect.settings import check_settings
from claw.core.errors import InstallationBroken, InvalidInput, NotFound
from claw.ports.connector import Connector
from claw.ports.manifest import Manifest, WayIn

GROUP = "claw.connectors"
MANIFEST = "manifest.toml"


class ManifestSource(Struct, frozen=True, kw_only=True):
    """Where an installed connector's manifest lies; ``path`` is None when it is nowhere."""

    key: str
    object_path: str
    distribution: str
    version: str
    path: Path | None

    def read(self) -> Manifest:
        """The manifest, checked.

        Raises:
            InstallationBroken: when there is none, or it belongs to another key.
            InvalidInput: when it breaks the manifest's rules.
        """
        if self.path is None:
            raise InstallationBroken(
                f"the connector {self.key!r} of {self.distribution} has no {MANIFEST}",
                code="connector_broken",
                field=self.key,
                hint=f"reinstall {self.distribution}",
            )
        manifest = load_manifest(self.path.read_bytes())
        if manifest.key != self.key:
            raise InstallationBroken(
                f"{self.distribution} registers the connector {self.key!r}, "
                f"but its manifest says {manifest.key!r}",
                code="connector_broken",
                field="key",
            )
        return manifest


def locate_manifests() -> dict[str, ManifestSource]:
    """Every installed connector by key, in order of the key; executes none of them.

    Raises:
        InstallationBroken: when two distributions claim one key.
    """
    found: dict[str, ManifestSource] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        source = _source(entry)
        rival = found.get(entry.name)
        if rival is not None and rival != source:
            raise InstallationBroken(
                f"both {rival.distribution} and {source.distribution} "
                f"install a connector {entry.name!r}",
                code="connector_ambiguous",
                field=entry.name,
                hint="uninstall one of them",
            )
        found[entry.name] = source
    return found


def load_connector(key: str) -> Connector:
    """Import the connector ``key``; the first moment any of its code runs.

    Raises:
        NotFound: no such connector is installed.
        InstallationBroken: it cannot be imported or is no connector.
    """
    source = _installed(key)
    connector = _imported(source, source.object_path)
    if not all(hasattr(connector, name) for name in ("manifest", "check", "read", "map")):
        raise InstallationBroken(
            f"{source.object_path} of {source.distribution} is not a connector",
            code="connector_broken",
            field=key,
        )
    return cast("Connector", connector)


def load_simulator_factory(key: str) -> Callable[..., object]:
    """Import what the manifest of ``key`` names as its simulator.

    Raises:
        NotFound: no such connector, or it has no simulator.
        InstallationBroken: it cannot be imported.
    """
    source = _installed(key)
    simulator = source.read().simulator
    if simulator is None:
        raise NotFound(
            f"the connector {key!r} has no simulator", code="simulator_unknown", field=key
        )
    return cast("Callable[..., object]", _imported(source, simulator))


def load_subject(key: str) -> object:
    """Import what the manifest of ``key`` names as its subject of the conformance suite.

    Raises:
        NotFound: no such connector, or it names none.
        InstallationBroken: it cannot be imported.
    """
    source = _installed(key)
    conformance = source.read().conformance
    if conformance is None:
        raise NotFound(
            f"the connector {key!r} names no subject for the conformance suite",
            code="conformance_unknown",
            field=key,
            hint='its manifest says where one is: conformance = "package.module:name"',
        )
    return _imported(source, conformance)


class InstalledConnectors:
    """The installed connectors as the engine sees them (``claw.ports.catalog``).

    Each is imported when it is first loaded. ``allow_plain_http_loopback`` is passed on
    to the check of a connection's settings.
    """

    def __init__(self, *, allow_plain_http_loopback: bool = False) -> None:
        self._allow_plain_http_loopback = allow_plain_http_loopback
        self._loaded: dict[str, Connector] = {}

    def manifests(self) -> Mapping[str, Manifest]:
        """Every installed connector's manifest by key; runs no connector."""
        return {key: source.read() for key, source in locate_manifests().items()}

    def manifest(self, key: str) -> Manifest:
        """The manifest of ``key``. Raises NotFound with the keys there are."""
        return _installed(key).read()

    def load(self, key: str) -> Connector:
        """The connector ``key``; see :func:`load_connector`."""
        if key not in self._loaded:
            self._loaded[key] = load_connector(key)
        return self._loaded[key]

    def check_settings(
        self, key: str, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The settings in their stored form; see :func:`claw.connect.settings.check_settings`."""
        return check_settings(
            self.manifest(key),
            settings,
            secrets,
            allow_plain_http_loopback=self._allow_plain_http_loopback,
        )

    def way_in(self, key: str, given: Collection[str]) -> WayIn | None:
        """The way in that secrets of these names choose; see :mod:`claw.connect.auth.ways`."""
        try:
            return way_of(self.manifest(key).auth, dict.fromkeys(given, "given"))
        except InvalidInput:
            return None


def _installed(key: str) -> ManifestSource:
    known = locate_manifests()
    if key not in known:
        raise NotFound(
            f"there is no connector {key!r}",
            code="connector_unknown",
            field="connector",
            hint=f"installed: {', '.join(known) or 'none'}",
        )
    return known[key]


def _imported(source: ManifestSource, object_path: str) -> object:
    module, _, attribute = object_path.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception as problem:  # whatever a third party's import may raise
        raise InstallationBroken(
            f"{object_path} of {source.distribution} cannot be imported: "
            f"{type(problem).__name__}: {problem}",
            code="connector_broken",
            field=source.key,
            hint=f"reinstall {source.distribution}, or uninstall it",
        ) from problem


def _source(entry: EntryPoint) -> ManifestSource:
    folder = _folder(entry.module)
    path = folder / MANIFEST if folder is not None else None
    return ManifestSource(
        key=entry.name,
        object_path=entry.value,
        distribution=entry.dist.name if entry.dist is not None else "unknown",
        version=entry.dist.version if entry.dist is not None else "unknown",
        path=path if path is not None and path.is_file() else None,
    )


def _folder(module: str) -> Path | None:
    """The folder ``module`` lies in (its own, when it is a package)."""
    search: Sequence[str] | None = None
    spec: ModuleSpec | None = None
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        try:
            spec = _spec(name, search)
        except KeyError:
            # A namespace package inside a package that is not imported: Python's finder
            # wants the parent's module for it, the folders themselves are enough for us.
            search = [
                str(Path(entry, part)) for entry in search or () if Path(entry, part).is_dir()
            ]
            spec = None
            continue
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or ())
    if spec is not None and spec.origin is not None and Path(spec.origin).is_file():
        return Path(spec.origin).parent
    return Path(search[0]) if search else None


def _spec(name: str, search: Sequence[str] | None) -> ModuleSpec | None:
    """Ask the finders, editable installs' own ones too, where ``name`` would come from."""
    spec = PathFinder.find_spec(name, search)
    if spec is not None:
        return spec
    for finder in sys.meta_path:
        if finder is not PathFinder and (found := finder.find_spec(name, search, None)):
            return found
    return None
