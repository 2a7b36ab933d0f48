"""One connection opened for one run: proved, counted, and its trouble put into words."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from claw.core.errors import NotFound
from claw.core.model.canonical import nfc
from claw.engine.connections import secret_purpose
from claw.engine.reconnecting import ask_to_reconnect, note_reconnected, still_used
from claw.engine.sync.connector_calls import connector_code, plain_report, plain_warning
from claw.engine.sync.report import SyncError, SyncWarning
from claw.ports.catalog import ConnectorCatalog
from claw.ports.connection_store import Connection, Facts
from claw.ports.connector import (
    CheckReport,
    Connector,
    Context,
    Log,
    MapEnv,
    StandingWarning,
)
from claw.ports.connector_errors import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorError,
    RateLimited,
)
from claw.ports.http_factory import HttpFactory
from claw.ports.manifest import Manifest
from claw.ports.metrics import Metrics
from claw.ports.request_observer import RequestAttempt
from claw.ports.secrets import SecretBox
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

SKEW_WARNING_SECONDS = 120


class RequestCount:
    """Counts one connection's requests and passes them on as metrics."""

    def __init__(self, connector: str, metrics: Metrics, log: Log) -> None:
        self._connector = connector
        self._metrics = metrics
        self._log = log
        self.sent = 0
        self.answered = 0
        self.throttled = 0

    def attempted(self, attempt: RequestAttempt) -> None:
        """Count one request, whatever came of it."""
        self.sent += 1
        self.answered += attempt.status is not None
        self.throttled += attempt.outcome == RateLimited.code
        self._metrics.count("source_requests", connector=self._connector, outcome=attempt.outcome)
        self._metrics.observe("source_request", attempt.seconds, connector=self._connector)
        if attempt.outcome != "ok":
            self._log.warning(
                "source request",
                connection=attempt.connection,
                template=attempt.template,
                status=attempt.status,
                outcome=attempt.outcome,
                attempt=attempt.attempt,
            )


class Source(Struct, kw_only=True):
    """A connection, its connector and the context of this run.

    ``sealed`` are the secrets that the source was opened with, as they lie in the database.
    """

    tenant: Tenant
    connection: Connection
    sealed: Mapping[str, bytes]
    connector: Connector
    context: Context
    requests: RequestCount

    def map_env(self) -> MapEnv:
        """All that mapping may know besides a bundle."""
        return map_env(self.tenant, self.connection, self.connector.manifest)


def map_env(tenant: Tenant, connection: Connection, manifest: Manifest) -> MapEnv:
    """All that mapping may know besides a bundle: what the last check learnt, and settings.

    Settings that only affect the reading are left out, so that nothing stored can depend on
    one whose change does not map it again.
    """
    account = connection.facts.account if connection.facts else None
    reading = {spec.name for spec in manifest.settings if spec.affects == "reading"}
    return MapEnv(
        connection=connection.name,
        country=(account.country if account else None) or tenant.country,
        tenant_zone=tenant.zone,
        connection_zone=account.zone if account else None,
        schema=manifest.schema,
        base_url=connection.settings.get(manifest.origin, ""),
        settings={
            name: value for name, value in connection.settings.items() if name not in reading
        },
    )


class Sources:
    """Opens connections of tenants."""

    def __init__(
        self,
        *,
        db: Database,
        catalog: ConnectorCatalog,
        http: HttpFactory,
        box: SecretBox,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._db = db
        self._catalog = catalog
        self._http = http
        self._box = box
        self._metrics = metrics
        self._log = log

    @asynccontextmanager
    async def open(
        self, tenant: Tenant, connection: Connection, *, now: datetime, trace_id: str
    ) -> AsyncGenerator[Source]:
        """Open a connection. Raises connector errors and NotFound."""
        connector = self._catalog.load(connection.connector)
        requests = RequestCount(connection.connector, self._metrics, self._log)
        async with self._db.tenant(tenant.tenant_id) as uow:
            sealed = await uow.connections.sealed_secrets(connection.connection_id)
        async with self._http.open(
            connector.manifest,
            connection,
            self._opened(tenant, connection, sealed),
            tenant_id=tenant.tenant_id,
            observer=requests,
            trace_id=trace_id,
        ) as http:
            yield Source(
                tenant=tenant,
                connection=connection,
                sealed=sealed,
                connector=connector,
                requests=requests,
                context=Context(
                    connection=connection.name,
                    settings=connection.settings,
                    http=http,
                    now=now,
                    tenant_zone=tenant.zone,
                    country=tenant.country,
                    account=connection.facts.account if connection.facts else None,
                    log=self._log,
                    scratch={},
                ),
            )

    async def check(self, source: Source) -> CheckReport:
        """Prove the connection and remember what was learnt. Raises connector errors.

        A revoked credential pauses the connection, so that nobody hammers a closed door;
        what was read before stays, and ages. Of settings and secrets that a person has
        replaced meanwhile nothing was proved, so nothing is remembered.
        """
        tenant, connection = source.tenant, source.connection
        try:
            with connector_code():
                report = plain_report(await source.connector.check(source.context))
        except AuthRevoked as error:
            await self.pause(source, error)
            raise
        facts = Facts(
            account=report.account,
            capabilities=report.capabilities,
            warnings=report.warnings,
            clock_skew_seconds=report.clock_skew_seconds,
            checked_at=source.context.now,
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            now = await uow.connections.lock(connection.connection_id)
            if now.settings == connection.settings and await still_used(
                uow, connection, source.sealed
            ):
                await uow.connections.save_facts(connection.connection_id, facts)
                await note_reconnected(uow, now, by="check", at=source.context.now)
        source.context.account = report.account
        source.connection = replace(connection, facts=facts)
        return report

    async def pause(self, source: Source, error: AuthRevoked) -> None:
        """Read from this connection no more until a person connects it again."""
        async with self._db.tenant(source.tenant.tenant_id) as uow:
            await ask_to_reconnect(
                uow, source.connection, error, used=source.sealed, at=source.context.now
            )

    def _opened(
        self, tenant: Tenant, connection: Connection, sealed: Mapping[str, bytes]
    ) -> Mapping[str, str]:
        return {
            name: self._box.open(tenant.tenant_id, secret_purpose(connection, name), value)
            for name, value in sealed.items()
        }


def told_of(warnings: Sequence[StandingWarning]) -> list[SyncWarning]:
    """What a connector wants the tenant to know, each thing once."""
    plain = (plain_warning(warning) for warning in warnings)
    return list(dict.fromkeys(SyncWarning(code=w.code, message=w.message) for w in plain))


def warnings_of(report: CheckReport) -> list[SyncWarning]:
    """The standing warnings of a check, a clock that is off among them."""
    warnings = told_of(report.warnings)
    skew = report.clock_skew_seconds
    if skew is not None and abs(skew) > SKEW_WARNING_SECONDS:
        direction = "ahead of" if skew > 0 else "behind"
        warnings.append(
            SyncWarning(
                code="clock_skew",
                message=f"the source's clock is {abs(skew)} s {direction} ours; "
                "set this machine's clock by NTP, or ask the vendor",
            )
        )
    return warnings


def describe_error(error: ConnectorError | NotFound, connection: str) -> SyncError:
    """What the tenant reads, with the way to mend it."""
    match error:
        case AuthRevoked():
            hint: str | None = (
                f"{error.hint or 'give it a new key'}: "
                f"`claw connection rotate {connection} "
                f"--secret {error.secret or '<name>'}=env:VARIABLE`"
            )
        case ConfigInvalid(field=field) if error.hint is None:
            hint = f"check {field} with `claw connection show {connection}`"
        case _:
            hint = error.hint
    return SyncError(
        code=error.code,
        message=nfc(error.message),
        hint=None if hint is None else nfc(hint),
    )
