"""How a connector's simulator is signed in to: what its manifest does not say."""

from collections.abc import Mapping

from msgspec import Struct

from claw.ports.manifest import Manifest

_SETTINGS: Mapping[str, Mapping[str, str]] = {"simpro": {"company_id": "2"}}


class Account(Struct, frozen=True):
    """One connector's settings and secrets for its simulator."""

    manifest: Manifest

    def settings(self, origin: str) -> Mapping[str, str]:
        """The settings: defaults, the origin, and what only this vendor needs."""
        defaults = {
            setting.name: setting.default
            for setting in self.manifest.settings
            if setting.default is not None
        }
        return {**defaults, **_SETTINGS.get(self.manifest.key, {}), self.manifest.origin: origin}

    def secrets(self, key: str) -> Mapping[str, str]:
        """The one secret."""
        name = self.manifest.auth.secret
        return {} if name is None else {name: key}


def account_of(manifest: Manifest) -> Account:
    """The account of a connector's simulator."""
    return Account(manifest)
