"""The flow that keeps a connection's access token fresh, one renewal at a time.

A grant is renewed under a lease that outlasts the request, in whatever process needs it
first; everybody else waits and uses what it brought. New tokens are committed before
anybody uses them, because a refresh token that was spent cannot be asked for again. No
transaction is open while the vendor is asked.

What cannot be mended from here: a vendor that spent our refresh token and whose answer
never reached the database (the process died, the answer was lost). The next renewal is
then refused, which is indistinguishable from a revocation and is told as one.
"""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from claw.connect.auth.decision import (
    GiveUp,
    Renew,
    TokenPolicy,
    Use,
    Wait,
    margin_of,
    next_step,
)
from claw.connect.auth.endpoint import TokenEndpoint
from claw.connect.auth.refusals import busy, failed, refused_for_good
from claw.connect.auth.vault import Renewal, Token, Vault
from claw.connect.auth.wire import Denied, Issued, Trouble
from claw.connect.machine import Machine
from claw.core.errors import InstallationBroken
from claw.ports.connector_errors import ConnectorError, RateLimited, Transient
from claw.ports.ids import Ids
from claw.ports.manifest import Manifest
from claw.ports.secrets import SecretBox
from claw.ports.unit_of_work import Database

T = TypeVar("T")
_ATTEMPTS_TO_SAVE = 5
_SECONDS_BETWEEN_SAVES = 2.0


class TokenSource:
    """Fresh access tokens of one connection, shared by all its readers in this process."""

    def __init__(
        self, vault: Vault, *, manifest: Manifest, ids: Ids, machine: Machine, policy: TokenPolicy
    ) -> None:
        self._vault = vault
        self._manifest = manifest
        self._ids = ids
        self._machine = machine
        self._policy = policy
        self._held: Token | None = None
        self._fresh_until = 0.0
        self._turn = asyncio.Lock()

    async def token(self, endpoint: TokenEndpoint) -> Token:
        """A token that is good for now, renewed first where that is due.

        Raises:
            AuthRevoked: when the source refuses the grant for good.
            ConnectorError: when no usable token can be had this time.
        """
        held = self._fresh()
        if held is not None:
            return held
        async with self._turn:
            return self._fresh() or await self._settle(endpoint, None)

    async def replace(self, endpoint: TokenEndpoint, refused: Token) -> Token:
        """Another token than the one the source just refused; raises as ``token`` does."""
        async with self._turn:
            held = self._fresh()
            if held is not None and held.generation > refused.generation:
                return held
            return await self._settle(endpoint, refused.generation)

    async def renew(self, endpoint: TokenEndpoint) -> None:
        """Renew the grant now, unless somebody else does; raises as ``token`` does."""
        async with self._turn:
            await self._settle(endpoint, (await self._vault.look()).generation)

    async def _settle(self, endpoint: TokenEndpoint, refused: int | None) -> Token:
        """Do what the grant's state asks for until there is a token."""
        failures = 0
        until = self._machine.seconds() + self._policy.longest_wait_seconds
        while True:
            grant = await self._vault.look()
            match next_step(grant, refused, self._policy):
                case Use(fresh_seconds=fresh):
                    return self._hold(self._vault.token_of(grant), fresh)
                case GiveUp():
                    reason = grant.revoked_reason or "revoked"
                    raise refused_for_good(self._manifest, grant.kind, reason)
                case Wait(seconds=seconds):
                    if self._machine.seconds() + seconds > until:
                        raise busy(self._manifest)
                    await self._machine.sleep(seconds)
                case Renew():
                    outcome = await self._renew(endpoint, grant.generation)
                    if isinstance(outcome, Token):
                        return outcome
                    if outcome is not None:
                        failures += 1
                        passing = isinstance(outcome, Transient | RateLimited)
                        if not passing or failures >= self._policy.attempts:
                            raise outcome

    async def _renew(
        self, endpoint: TokenEndpoint, generation: int
    ) -> Token | ConnectorError | None:
        """Renew one generation: a token, what is wrong, or None when another was quicker."""
        async with endpoint.slot():
            # From the lease to the commit nothing may be cut short: the answer may hold
            # the only refresh token there is.
            return await _to_its_end(self._renew_now(endpoint, generation))

    async def _renew_now(
        self, endpoint: TokenEndpoint, generation: int
    ) -> Token | ConnectorError | None:
        renewal = await self._vault.take(
            generation, owner=self._ids.new(), seconds=self._policy.lease_seconds
        )
        if renewal is None:
            return None
        verdict = await endpoint.send(renewal.form, seconds=self._policy.request_seconds)
        match verdict:
            case Issued():
                token = await self._keep(renewal, verdict)
                if token is None:
                    return None
                life = verdict.life_seconds
                return self._hold(token, life - margin_of(life, self._policy))
            case Denied(of="grant" | "client"):
                if not await self._vault.give_up(renewal, verdict.said):
                    return None
                return refused_for_good(self._manifest, renewal.kind, verdict.said)
            case Denied() | Trouble():
                await self._vault.cool(renewal, self._policy.cool_down_seconds)
                return failed(self._manifest, verdict)

    async def _keep(self, renewal: Renewal, issued: Issued) -> Token | None:
        """Commit the new tokens, also past a short trouble of the database.

        A commit whose confirmation was lost shows as a lost lease, and the grant is looked
        at again.
        """
        for _ in range(_ATTEMPTS_TO_SAVE - 1):
            try:
                return await self._vault.keep(renewal, issued)
            except InstallationBroken:
                await self._machine.sleep(_SECONDS_BETWEEN_SAVES)
        return await self._vault.keep(renewal, issued)

    def _fresh(self) -> Token | None:
        return self._held if self._machine.seconds() < self._fresh_until else None

    def _hold(self, token: Token, fresh_seconds: float) -> Token:
        self._held, self._fresh_until = token, self._machine.seconds() + fresh_seconds
        return token


class TokenSources:
    """Token sources by connection; one for the process, so that its readers share them."""

    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        ids: Ids,
        machine: Machine,
        policy: TokenPolicy | None = None,
    ) -> None:
        self._db = db
        self._box = box
        self._ids = ids
        self._machine = machine
        self._policy = policy or TokenPolicy()
        self._shared: WeakValueDictionary[tuple[UUID, UUID], TokenSource] = WeakValueDictionary()

    def of(self, tenant_id: UUID, connection_id: UUID, manifest: Manifest) -> TokenSource:
        """The token source of a connection, shared for as long as anybody uses it."""
        source = self._shared.get((tenant_id, connection_id))
        if source is None:
            vault = Vault(
                self._db,
                self._box,
                tenant_id=tenant_id,
                connection_id=connection_id,
                manifest=manifest,
            )
            source = TokenSource(
                vault,
                manifest=manifest,
                ids=self._ids,
                machine=self._machine,
                policy=self._policy,
            )
            self._shared[tenant_id, connection_id] = source
        return source


async def _to_its_end(work: Coroutine[object, object, T]) -> T:
    """Let ``work`` end even when whoever waits for it is cancelled, and then be cancelled."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, so that it is not reported as forgotten
        raise
