"""What people do with webhooks: add, list, try, tell again, change the secret, remove."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.events.event import new_event, told
from claw.core.events.letters import WebhookTest
from claw.core.events.patterns import check_patterns
from claw.core.events.signing import SECRET_BYTES, secret_text
from claw.core.routines.routine import check_routine_name
from claw.engine.audit import Auditor
from claw.engine.tenants import require_active
from claw.engine.webhooks.letters import Letters, webhook_purpose
from claw.ports.clock import Clock
from claw.ports.ids import Ids
from claw.ports.secrets import SecretBox
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork
from claw.ports.webhook_sender import CallResult, WebhookSender
from claw.ports.webhook_store import Endpoint, PastCall
from claw.ports.work import WEBHOOK

BOTH_VALID = timedelta(hours=24)
"""How long the secret before the newest one still signs."""

_CALLS_SHOWN = 10


class KnownWebhook(Struct, frozen=True, kw_only=True):
    """An endpoint, the events it is behind, and its latest calls."""

    endpoint: Endpoint
    behind: int
    calls: Sequence[PastCall] = ()


class WebhookService:
    """The use cases about webhooks."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        box: SecretBox,
        letters: Letters,
        sender: WebhookSender,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._box = box
        self._letters = letters
        self._sender = sender
        self._auditor = Auditor(clock, ids)

    async def add(
        self, tenant: Tenant, name: str, url: str, *, types: Sequence[str], actor: str
    ) -> tuple[Endpoint, str]:
        """Tell an endpoint what happens from now on. The secret is shown this once.

        Raises:
            InvalidInput: naming what is wrong; a URL is never quoted, it may hold a key.
            Refused: the name is taken, or the tenant suspended.
        """
        require_active(tenant)
        check_routine_name(name)
        patterns = check_patterns(types, field="type")
        await self._sender.check(url)
        secret = secret_text(self._ids.key(SECRET_BYTES))
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = Endpoint(
                endpoint_id=self._ids.new(),
                name=name,
                url=url,
                patterns=patterns,
                status="active",
                created_at=self._clock.now(),
                cursor=await uow.events.last(),
            )
            if not await uow.webhooks.add(endpoint, self._sealed(tenant, endpoint, secret)):
                raise Refused(
                    f"{tenant.slug!r} already has a webhook {name!r}",
                    code="webhook_exists",
                    field="name",
                    hint="choose another name, or remove that one first",
                )
            await self._note(uow, endpoint, actor, "webhook.add")
        return endpoint, secret

    async def list(self, tenant: Tenant) -> Sequence[KnownWebhook]:
        """The tenant's endpoints by name, and how far behind each is."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            last = await uow.events.last()
            return [
                KnownWebhook(
                    endpoint=endpoint,
                    behind=max(last - endpoint.cursor, 0),
                    calls=await uow.webhooks.calls(endpoint.endpoint_id, _CALLS_SHOWN),
                )
                for endpoint in await uow.webhooks.list()
            ]

    async def test(self, tenant: Tenant, name: str, *, actor: str) -> CallResult:
        """Call an endpoint here and now with an event that stands in no log."""
        require_active(tenant)
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = await self._find(uow, tenant, name)
            sealed = await uow.webhooks.secrets(endpoint.endpoint_id)
            await self._note(uow, endpoint, actor, "webhook.test")
        if sealed is None:
            raise _unknown(tenant, name)
        event = new_event(WebhookTest(webhook=name), subject=name, at=self._clock.now())
        letter = told(str(tenant.tenant_id), event, id_=f"test_{self._ids.new().hex}")
        return await self._sender.send(
            self._letters.write(tenant.tenant_id, endpoint, sealed, letter)
        )

    async def replay(self, tenant: Tenant, name: str, *, since: int | None, actor: str) -> Endpoint:
        """Tell again from the event ``since`` on; without, go on where it stopped.

        A disabled endpoint is active again; what rests is tried at once.

        Raises:
            InvalidInput: when no such event is known yet.
        """
        require_active(tenant)
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = await self._find(uow, tenant, name)
            last = await uow.events.last()
            if since is not None and not 1 <= since <= last + 1:
                raise InvalidInput(
                    f"there is no event {since}; the newest is {last}",
                    code="event_unknown",
                    field="since",
                    hint="see `claw events`",
                )
            cursor = None if since is None else since - 1
            await uow.webhooks.reopen(endpoint.endpoint_id, cursor=cursor)
            await uow.work.ring(f"{WEBHOOK}:{endpoint.endpoint_id}")
            await self._note(uow, endpoint, actor, "webhook.replay", since=str(since or "cursor"))
            return await self._find(uow, tenant, name)

    async def rotate(self, tenant: Tenant, name: str, *, actor: str) -> tuple[Endpoint, str]:
        """Sign with a new secret, and with the old one too for a day."""
        secret = secret_text(self._ids.key(SECRET_BYTES))
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = await self._find(uow, tenant, name)
            await uow.webhooks.rotate(
                endpoint.endpoint_id,
                self._sealed(tenant, endpoint, secret),
                previous_until=self._clock.now() + BOTH_VALID,
            )
            await self._note(uow, endpoint, actor, "webhook.rotate")
        return endpoint, secret

    async def remove(self, tenant: Tenant, name: str, *, actor: str) -> None:
        """Tell it nothing more; its URL and secrets are forgotten, its name is free."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = await self._find(uow, tenant, name)
            await uow.webhooks.remove(endpoint.endpoint_id)
            await self._note(uow, endpoint, actor, "webhook.remove")

    async def _find(self, uow: UnitOfWork, tenant: Tenant, name: str) -> Endpoint:
        endpoint = await uow.webhooks.find(name)
        if endpoint is None:
            raise _unknown(tenant, name)
        return endpoint

    def _sealed(self, tenant: Tenant, endpoint: Endpoint, secret: str) -> bytes:
        return self._box.seal(tenant.tenant_id, webhook_purpose(endpoint.endpoint_id), secret)

    async def _note(
        self, uow: UnitOfWork, endpoint: Endpoint, actor: str, action: str, **detail: str
    ) -> None:
        await self._auditor.note(uow, actor=actor, action=action, subject=endpoint.name, **detail)


def _unknown(tenant: Tenant, name: str) -> NotFound:
    return NotFound(
        f"{tenant.slug!r} has no webhook {name!r}",
        code="webhook_unknown",
        field="webhook",
        hint=f"see `claw webhook list --tenant {tenant.slug}`",
    )
