"""Which connectors this installation has."""

from collections.abc import Collection, Mapping
from typing import Protocol

from claw.ports.connector import Connector
from claw.ports.manifest import Manifest, WayIn


class ConnectorCatalog(Protocol):
    """Finds connectors by key; listing runs no connector's code."""

    def manifests(self) -> Mapping[str, Manifest]:
        """Every installed connector's manifest by key."""
        ...

    def manifest(self, key: str) -> Manifest:
        """One manifest. Raises NotFound with the keys there are."""
        ...

    def load(self, key: str) -> Connector:
        """Import and return the connector. Raises NotFound with the keys there are."""
        ...

    def check_settings(
        self, key: str, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The settings in their stored form, defaults included.

        Raises:
            InvalidInput: naming the setting or secret that is wrong, missing or unknown.
        """
        ...

    def way_in(self, key: str, given: Collection[str]) -> WayIn | None:
        """The way in that secrets of these names choose, None when they choose none.

        Raises:
            NotFound: with the keys there are.
        """
        ...
