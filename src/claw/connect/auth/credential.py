"""What a grant begins from: the secrets of a connection, as they are stored now. Pure."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from claw.connect.auth.ways import Way, way_of
from claw.connect.auth.wire import Client, Hidden
from claw.core.errors import InvalidInput
from claw.ports.connector_errors import ConfigInvalid
from claw.ports.manifest import GrantKind, Manifest


class Credential(Hidden, frozen=True, kw_only=True):
    """The client, and by consent the refresh token a person gave.

    ``seed`` names the grant these secrets begin, so that another consent or another client
    is told from a client secret that was only renewed. It is a digest of a token that
    cannot be guessed, and differs between connections.
    """

    kind: GrantKind
    client: Client
    refresh_token: str | None
    seed: bytes


def opened_way(manifest: Manifest, secrets: Mapping[str, str]) -> Way:
    """The way in that these secrets choose.

    Raises:
        ConfigInvalid: naming the secret that is missing or too much.
    """
    try:
        return way_of(manifest.auth, secrets)
    except InvalidInput as problem:
        raise ConfigInvalid(problem.message, field=str(problem.field), hint=problem.hint) from None


def credential_of(
    manifest: Manifest, connection_id: UUID, secrets: Mapping[str, str]
) -> Credential:
    """The credential that these secrets make.

    Raises:
        ConfigInvalid: when they do not, or no longer, choose a grant.
    """
    way, spec = opened_way(manifest, secrets), manifest.auth.oauth2
    if spec is None or (way != "client_credentials" and way != "authorization_code"):
        raise ConfigInvalid(
            "the connection has another way in since this read began",
            field=manifest.auth.secret or "secrets",
            hint="read again",
        )
    client = Client(id=secrets[spec.client_id].strip(), secret=secrets[spec.client_secret].strip())
    consent = secrets.get(spec.refresh_token or "", "").strip()
    named = "\0".join(("claw.grant.1", way, str(connection_id), client.id, consent))
    return Credential(
        kind=way,
        client=client,
        refresh_token=consent or None,
        seed=hashlib.sha256(named.encode()).digest(),
    )
