"""What the transport asks before each request: who are we now?"""

from typing import Protocol

from claw.connect.auth.endpoint import TokenEndpoint
from claw.connect.auth.refusals import refused_when_new
from claw.connect.auth.tokens import TokenSource
from claw.connect.auth.vault import Token
from claw.ports.connector_errors import AuthRevoked
from claw.ports.manifest import Manifest


class Access(Protocol):
    """One way in. A way that never runs out is never asked to replace its token."""

    async def token(self) -> Token | None:
        """What to send, None where nobody asks. Raises connector errors."""
        ...

    async def replace(self, refused: Token | None) -> None:
        """See to another token than the one refused. Raises connector errors."""
        ...

    async def renew(self) -> None:
        """Renew what runs out, if anything does. Raises connector errors."""
        ...

    def refused_when_new(self) -> AuthRevoked:
        """What it means that the replacement was refused as well."""
        ...


class NoAccess:
    """Nobody asks who we are."""

    async def token(self) -> Token | None:
        """Nothing to send."""
        return None

    async def replace(self, refused: Token | None) -> None:
        """Nothing to replace."""

    async def renew(self) -> None:
        """Nothing runs out."""

    def refused_when_new(self) -> AuthRevoked:
        """A source that nobody signs in to refuses everybody."""
        return AuthRevoked("the source refuses to be read without a credential")


class KeyAccess(NoAccess):
    """A key as it is; a 401 says that it is refused for good, so nothing is replaced."""

    def __init__(self, key: str) -> None:
        self._token = Token(value=key, generation=0)

    async def token(self) -> Token | None:
        """The key."""
        return self._token


class TokenAccess:
    """Tokens of a grant, asked for at the connection's own endpoint."""

    def __init__(self, tokens: TokenSource, endpoint: TokenEndpoint, manifest: Manifest) -> None:
        self._tokens = tokens
        self._endpoint = endpoint
        self._manifest = manifest

    async def token(self) -> Token | None:
        """A token that is good for now. Raises connector errors."""
        return await self._tokens.token(self._endpoint)

    async def replace(self, refused: Token | None) -> None:
        """Renew once, unless somebody already did. Raises connector errors."""
        if refused is not None:
            await self._tokens.replace(self._endpoint, refused)

    async def renew(self) -> None:
        """Renew the grant. Raises connector errors."""
        await self._tokens.renew(self._endpoint)

    def refused_when_new(self) -> AuthRevoked:
        """A token that was just given is refused: the user or application is blocked."""
        return refused_when_new(self._manifest)
