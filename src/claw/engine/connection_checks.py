"""Proving a connection against its source, told proof by proof.

What was proved before a failure is told with it: "the key works, but not for that company"
and "the key does not work" are mended by different people.
"""

from msgspec import Struct

from claw.core.errors import NotFound
from claw.engine.connections import ConnectionService
from claw.engine.sync.report import SyncError
from claw.engine.sync.source import (
    SKEW_WARNING_SECONDS,
    RequestCount,
    Source,
    Sources,
    describe_error,
)
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.connector import CheckReport, Proof
from claw.ports.connector_errors import (
    AuthExpired,
    AuthRevoked,
    ConfigInvalid,
    ConnectorError,
    Forbidden,
    PlanRequired,
    RateLimited,
    StaleSource,
    Transient,
)
from claw.ports.manifest import Limit
from claw.ports.tenant_store import Tenant

_NOTHING_READ = "nothing can be read; what was read before stays, and ages"


class CheckOutcome(Struct, frozen=True, kw_only=True):
    """What a check found; ``error`` is what ended it early."""

    connection: Connection
    proofs: tuple[Proof, ...]
    error: SyncError | None = None

    @property
    def failed(self) -> bool:
        """Whether the connection cannot be read as it is."""
        return self.error is not None or any(p.outcome == "failed" for p in self.proofs)


class ConnectionChecks:
    """The use case of checking a connection."""

    def __init__(self, *, clock: Clock, sources: Sources, connections: ConnectionService) -> None:
        self._clock = clock
        self._sources = sources
        self._connections = connections

    async def check(self, tenant: Tenant, name: str, *, trace_id: str) -> CheckOutcome:
        """Prove a connection; its trouble is told, never raised.

        Raises:
            NotFound, Refused: no such connection, or it was removed.
        """
        connection = await self._connections.present(tenant, name)
        proofs: list[Proof] = []
        failure: ConnectorError | NotFound | None = None
        try:
            async with self._sources.open(
                tenant, connection, now=self._clock.now(), trace_id=trace_id
            ) as source:
                report: CheckReport | None = None
                try:
                    report = await self._sources.check(source)
                except ConnectorError as error:
                    failure = error
                proofs = _proofs(source, report, failure)
        except (ConnectorError, NotFound) as error:
            failure = error
            proofs = [_failed(error, name)]
        return CheckOutcome(
            connection=await self._connections.get(tenant, name),
            proofs=tuple(proofs),
            error=None if failure is None else describe_error(failure, name),
        )


def _proofs(
    source: Source, report: CheckReport | None, failure: ConnectorError | None
) -> list[Proof]:
    """What the connector put down, what its report says beside it, and what we saw ourselves."""
    found = list(source.context.proofs)
    if report is not None:
        known = {proof.name for proof in found}
        found += [proof for proof in _from_report(report, found) if proof.name not in known]
    if failure is not None:
        found.append(_failed(failure, source.connection.name))
    if source.requests.answered:
        found.append(_clock(source.context.http.clock_skew_seconds))
    found.append(_rate(source.requests, source.connector.manifest.limit, source.connection))
    return found


def _from_report(report: CheckReport, recorded: list[Proof]) -> list[Proof]:
    account = report.account
    zone = Proof(name="zone", outcome="ok", message=str(account.zone))
    if account.zone is None:
        zone = Proof(
            name="zone",
            outcome="warning",
            message="the source states no time zone",
            cost="times are read on the tenant's own clock",
        )
    return [
        Proof(name="credential", outcome="ok", message="the source accepts it"),
        Proof(name="account", outcome="ok", message=f"{account.name} ({account.id})"),
        zone,
        # A connector that puts down proofs has said these already, with more to them.
        *(
            Proof(name=warning.code, outcome="warning", message=warning.message)
            for warning in (() if recorded else report.warnings)
        ),
    ]


def _failed(error: ConnectorError | NotFound, connection: str) -> Proof:
    match error:
        case AuthRevoked() | AuthExpired():
            name = "credential"
        case ConfigInvalid():
            name = f"setting {error.field}"
        case Forbidden():
            name = f"permission {error.scope}"
        case PlanRequired():
            name = f"plan {error.plan}"
        case RateLimited():
            name = "rate budget"
        case StaleSource():
            name = "age"
        case Transient():
            name = "answers"
        case NotFound():
            name = "connector"
        case _:
            name = "check"
    return Proof(
        name=name,
        outcome="failed",
        message=error.message,
        cost=_NOTHING_READ,
        hint=describe_error(error, connection).hint,
    )


def _clock(skew: int | None) -> Proof:
    if skew is None:
        return Proof(name="clock", outcome="ok", message="the source states no time to compare")
    if abs(skew) <= SKEW_WARNING_SECONDS:
        return Proof(name="clock", outcome="ok", message=f"{abs(skew)} s apart")
    direction = "ahead of" if skew > 0 else "behind"
    return Proof(
        name="clock",
        outcome="warning",
        message=f"the source's clock is {abs(skew)} s {direction} ours",
        cost="what is due or late is judged at the wrong moment",
        hint="set this machine's clock by NTP, or ask the vendor",
    )


def _rate(requests: RequestCount, limit: Limit, connection: Connection) -> Proof:
    stated = connection.settings.get(limit.rate_setting or "")
    polite = f"{stated} a second" if stated else "as the vendor allows"
    message = (
        f"asked {requests.sent} times, {polite}; never more than {limit.requests} "
        f"in {limit.per_seconds} s"
    )
    if not requests.throttled:
        return Proof(name="rate budget", outcome="ok", message=message)
    return Proof(
        name="rate budget",
        outcome="warning",
        message=f"{message}; the source refused {requests.throttled} as too many",
        cost="syncs wait, and take longer",
        hint="find out what else asks this source"
        + (f", or lower {limit.rate_setting}" if limit.rate_setting else ""),
    )
