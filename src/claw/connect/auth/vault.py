"""One connection's grant in the database: sealed, leased, and always from current secrets.

Each method is one transaction; none is open while the vendor is asked.
"""

from uuid import UUID

from claw.connect.auth.credential import Credential, credential_of
from claw.connect.auth.wire import Hidden, Issued, client_credentials_form, refresh_form
from claw.ports.connector_errors import ConfigInvalid
from claw.ports.grant_store import Grant, GrantLease
from claw.ports.manifest import GrantKind, Manifest
from claw.ports.secrets import SecretBox, connection_purpose
from claw.ports.unit_of_work import Database, UnitOfWork


class Token(Hidden, frozen=True, kw_only=True):
    """An access token and the generation of the grant it belongs to."""

    value: str
    generation: int


class Renewal(Hidden, frozen=True, kw_only=True):
    """The right to renew, and the one request that it allows."""

    lease: GrantLease
    kind: GrantKind
    form: bytes


class Vault:
    """The grant of one connection.

    A transaction here takes hold of the connection before the grant, as everything does
    that changes both, so that none waits for another in a ring.
    """

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        *,
        tenant_id: UUID,
        connection_id: UUID,
        manifest: Manifest,
    ) -> None:
        self._db = db
        self._box = box
        self._tenant_id = tenant_id
        self._connection_id = connection_id
        self._manifest = manifest

    async def look(self) -> Grant:
        """The grant as it is now, begun if it was not. Raises ConfigInvalid."""
        async with self._db.tenant(self._tenant_id) as uow:
            grant, _ = await self._current(uow)
        return grant

    async def take(self, generation: int, *, owner: UUID, seconds: int) -> Renewal | None:
        """The right to renew that generation, None when another has it or it moved."""
        async with self._db.tenant(self._tenant_id) as uow:
            grant, credential = await self._current(uow)
            if grant.generation != generation:
                return None
            lease = await uow.grants.take(
                self._connection_id, generation=generation, owner=owner, seconds=seconds
            )
        if lease is None:
            return None
        return Renewal(lease=lease, kind=credential.kind, form=self._form(grant, credential))

    async def keep(self, renewal: Renewal, issued: Issued) -> Token | None:
        """Commit new tokens; None when the right to was lost, and they are worth nothing."""
        lease = renewal.lease
        consent = issued.refresh_token if renewal.kind == "authorization_code" else None
        async with self._db.tenant(self._tenant_id) as uow:
            await uow.connections.keep_present(self._connection_id)
            saved = await uow.grants.save(
                lease,
                access_token=self._seal("access", issued.access_token),
                refresh_token=None if consent is None else self._seal("refresh", consent),
                life_seconds=issued.life_seconds,
            )
        if not saved:
            return None
        return Token(value=issued.access_token, generation=lease.generation + 1)

    async def give_up(self, renewal: Renewal, reason: str) -> bool:
        """Mark the grant as revoked; False when it moved, and we only lost a race."""
        async with self._db.tenant(self._tenant_id) as uow:
            grant, _ = await self._current(uow)
            if grant.generation != renewal.lease.generation:
                return False
            return await uow.grants.revoke(renewal.lease, reason)

    async def cool(self, renewal: Renewal, seconds: float) -> None:
        """Let renewing be for a while; the tokens stay as they are."""
        async with self._db.tenant(self._tenant_id) as uow:
            await uow.connections.keep_present(self._connection_id)
            await uow.grants.cool(renewal.lease, seconds)

    def token_of(self, grant: Grant) -> Token:
        """The access token that a grant holds."""
        sealed = grant.access_token or b""
        return Token(value=self._open("access", sealed), generation=grant.generation)

    async def _current(self, uow: UnitOfWork) -> tuple[Grant, Credential]:
        """The grant of the secrets that are stored in this very moment.

        They are not taken from whoever opened the source: a person may have given new
        ones since, and a long read with old ones must not undo that.
        """
        if not await uow.connections.keep_present(self._connection_id):
            raise ConfigInvalid("the connection was removed", field="connection")
        credential = credential_of(self._manifest, self._connection_id, await self._secrets(uow))
        grant = await uow.grants.find(self._connection_id)
        if grant is None or grant.seed != credential.seed:
            consent = credential.refresh_token
            await uow.grants.begin(
                self._connection_id,
                kind=credential.kind,
                seed=credential.seed,
                refresh_token=None if consent is None else self._seal("refresh", consent),
            )
            grant = await uow.grants.find(self._connection_id)
        if grant is None:
            raise LookupError("a grant that was begun is there until its connection is removed")
        return grant, credential

    async def _secrets(self, uow: UnitOfWork) -> dict[str, str]:
        sealed = await uow.connections.sealed_secrets(self._connection_id)
        return {
            name: self._box.open(
                self._tenant_id, connection_purpose(self._connection_id, name), value
            )
            for name, value in sealed.items()
        }

    def _form(self, grant: Grant, credential: Credential) -> bytes:
        if credential.kind == "client_credentials":
            return client_credentials_form(credential.client)
        return refresh_form(credential.client, self._open("refresh", grant.refresh_token or b""))

    def _seal(self, what: str, token: str) -> bytes:
        return self._box.seal(self._tenant_id, self._purpose(what), token)

    def _open(self, what: str, sealed: bytes) -> str:
        return self._box.open(self._tenant_id, self._purpose(what), sealed)

    def _purpose(self, what: str) -> str:
        return f"grant:{self._connection_id}:{what}"
