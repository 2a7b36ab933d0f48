"""How good the data of a connection is: what is flagged, held back, missing, old.

Counts and references only. A reference names an object of the source and no person, so the
report may be sent to whoever looks after the source.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct

from claw.core.model.flags import STALE_ENRICHMENT
from claw.core.model.normalise import decode_record
from claw.core.model.records import Appointment
from claw.core.model.reference import Ref
from claw.core.summaries.blocks.gaps import is_unassigned, why_unreachable
from claw.core.summaries.facts import is_work
from claw.core.time import dates, day_window, format_instant, local_date
from claw.engine.connections import ConnectionService
from claw.engine.sync.plan import window_of
from claw.engine.sync.report import SyncWarning, Window
from claw.engine.sync.source import warnings_of
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.connector import CheckReport
from claw.ports.record_store import CurrentRecord, RecordFilter
from claw.ports.sync_store import CoveredDay, QuarantinedRow
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

K = TypeVar("K", str, tuple[str, str])
V = TypeVar("V", bound=str)

_EXAMPLES = 3
_BATCH = 1000


class Share(Struct, frozen=True, kw_only=True):
    """``count`` out of ``of``; ``percent`` is cut to a whole number, absent out of nothing."""

    count: int
    of: int
    percent: int | None


class FlagCount(Struct, frozen=True, kw_only=True):
    """Appointments that carry a flag, and the references of the first few."""

    flag: str
    count: int
    examples: list[str]


class QuarantineCount(Struct, frozen=True, kw_only=True):
    """Source rows held back for one reason, and the source ids of the first few."""

    code: str
    path: str
    count: int
    examples: list[str]


class QualityReport(Struct, frozen=True, kw_only=True):
    """The document of ``claw connection quality``.

    ``appointments`` are the current ones of the window that are not gone; ``work`` those of
    them that are no time off and not called off. Rows in quarantine have no date that could
    be believed: all of them are counted. ``degraded`` when some day was never read.
    """

    connection: str
    window: Window
    days: int
    days_read: int
    data_as_of: str | None
    degraded: bool
    appointments: int
    work: int
    textable: Share
    unassigned: Share
    stale_enrichment: Share
    flags: list[FlagCount]
    quarantined: list[QuarantineCount]
    warnings: list[SyncWarning]


class QualityService:
    """The use case of judging a connection's data."""

    def __init__(self, *, db: Database, clock: Clock, connections: ConnectionService) -> None:
        self._db = db
        self._clock = clock
        self._connections = connections

    async def report(
        self, tenant: Tenant, name: str, *, first: date | None = None, last: date | None = None
    ) -> QualityReport:
        """Judge the current records of some dates (default: yesterday to two weeks ahead).

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound, Refused: no such connection, or it was removed.
        """
        connection = await self._connections.present(tenant, name)
        first, last = window_of(local_date(self._clock.now(), tenant.zone), first, last)
        wanted = RecordFilter(
            type="appointment",
            connection_id=connection.connection_id,
            first=first,
            last=last,
            dated=True,
        )
        async with self._db.reading(tenant.tenant_id) as uow:
            listed = [record for record in await uow.records.list(wanted) if not record.gone]
            appointments = [pair async for pair in _appointments(uow, listed)]
            quarantined = [
                row
                for row in await uow.sync.quarantined()
                if row.connection_id == connection.connection_id
            ]
            covered = [
                day
                for day in await uow.sync.covered(first, last)
                if day.connection_id == connection.connection_id
            ]
        days = {day for day in dates(first, last) if day_window(tenant.zone, day)}
        return _report(
            connection, Window(first=f"{first}", last=f"{last}"), days, covered, appointments,
            quarantined,
        )  # fmt: skip


async def _appointments(
    uow: UnitOfWork, listed: Sequence[CurrentRecord]
) -> AsyncIterator[tuple[Appointment, bool]]:
    """Each appointment, and whether a linked record of it is an old one."""
    for start in range(0, len(listed), _BATCH):
        batch = listed[start : start + _BATCH]
        blobs = await uow.records.blobs({record.content_hash for record in batch})
        for record in batch:
            appointment = decode_record(blobs[record.content_hash])
            if isinstance(appointment, Appointment):
                yield appointment, record.stale_enrichment


def _report(
    connection: Connection,
    window: Window,
    days: set[date],
    covered: Sequence[CoveredDay],
    appointments: Sequence[tuple[Appointment, bool]],
    quarantined: Sequence[QuarantinedRow],
) -> QualityReport:
    read = _days_read(days, covered)
    work = [appointment for appointment, _ in appointments if is_work(appointment)]
    stale = sum(1 for _, is_stale in appointments if is_stale)
    oldest = min((day.data_as_of for day in covered), default=None)
    return QualityReport(
        connection=connection.name,
        window=window,
        days=len(days),
        days_read=len(read),
        data_as_of=None if oldest is None else format_instant(oldest),
        degraded=read != days,
        appointments=len(appointments),
        work=len(work),
        textable=_share((why_unreachable(a) is None for a in work), len(work)),
        unassigned=_share((is_unassigned(a) for a in work), len(work)),
        stale_enrichment=_share([True] * stale, len(appointments)),
        flags=_flags(appointments),
        quarantined=_reasons(quarantined),
        warnings=_standing(connection),
    )


def _days_read(days: set[date], covered: Sequence[CoveredDay]) -> set[date]:
    """Days that every stream that was ever read was read for."""
    by_stream: dict[str, set[date]] = defaultdict(set)
    for day in covered:
        by_stream[day.stream].add(day.local_date)
    return days.intersection(*by_stream.values()) if by_stream else set()


def _share(holds: Iterable[bool], of: int) -> Share:
    count = sum(holds)
    return Share(count=count, of=of, percent=count * 100 // of if of else None)


def _flags(appointments: Iterable[tuple[Appointment, bool]]) -> list[FlagCount]:
    by_flag: dict[str, list[Ref]] = defaultdict(list)
    for appointment, is_stale in appointments:
        for flag in (*appointment.flags, *((STALE_ENRICHMENT,) if is_stale else ())):
            by_flag[flag].append(appointment.ref)
    return [
        FlagCount(flag=flag, count=len(refs), examples=[*refs[:_EXAMPLES]])
        for flag, refs in _most_first(by_flag)
    ]


def _reasons(rows: Iterable[QuarantinedRow]) -> list[QuarantineCount]:
    by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        by_reason[row.code, row.path].append(row.source_id)
    return [
        QuarantineCount(code=code, path=path, count=len(ids), examples=ids[:_EXAMPLES])
        for (code, path), ids in _most_first(by_reason)
    ]


def _standing(connection: Connection) -> list[SyncWarning]:
    """What the last check warned of."""
    facts = connection.facts
    if facts is None:
        return []
    return warnings_of(
        CheckReport(
            account=facts.account,
            capabilities=facts.capabilities,
            warnings=facts.warnings,
            clock_skew_seconds=facts.clock_skew_seconds,
        )
    )


def _most_first(groups: Mapping[K, list[V]]) -> list[tuple[K, list[V]]]:
    """The largest group first, then by name."""
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
