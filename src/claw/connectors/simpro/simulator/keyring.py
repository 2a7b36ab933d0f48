"""Every credential that the build accepts now: API keys, and access tokens that still live."""

from claw.connect.token_server import TokenServer
from claw.connectors.simpro.simulator.keys import Key
from claw.connectors.simpro.simulator.roster import COMPANIES

SIGNED_IN = "oauth2"
"""What the log calls a request that came with an access token."""


class Keyring:
    """Keys by their token. An access token sees every company, like "direct access"."""

    def __init__(self, tokens: TokenServer) -> None:
        self._tokens = tokens
        self._keys: dict[str, Key] = {}

    def add(self, key: Key) -> None:
        """Accept one more API key."""
        self._keys[key.token] = key

    def get(self, token: str) -> Key | None:
        """The key that a bearer token is, None when it is none or ran out."""
        if self._tokens.accepts(token):
            return Key(SIGNED_IN, token, tuple(COMPANIES))
        return self._keys.get(token)
