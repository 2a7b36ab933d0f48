"""The engine, wired: every use case with the adapters it needs.

Part of the composition root; ``claw.app`` opens what this needs and hands it out.
"""

from dataclasses import dataclass

from claw.connect.auth.tokens import TokenSources
from claw.connect.catalog import (
    InstalledConnectors,
)
from claw.connect.factory import TransportFactory
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.core.model.versions import released_versions
from claw.core.time import tzdata_version
from claw.engine.connection_checks import ConnectionChecks
from claw.engine.connection_removal import ConnectionRemoval
from claw.engine.connection_settings import ConnectionSettings
from claw.engine.connections import ConnectionService
from claw.engine.data_ages import DataAges
from claw.engine.deliveries.lane import DeliveryLane
from claw.engine.deliveries.service import DeliveryService
from claw.engine.events import EventService
from claw.engine.keeping_alive import KeepAliveService
from claw.engine.lanes.kind import LaneKind
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Sweep
from claw.engine.lanes.troubles import TroubleService
from claw.engine.lanes.worker import Worker
from claw.engine.quality import QualityService
from claw.engine.quarantine import QuarantineService
from claw.engine.record_sources import RecordSources
from claw.engine.records import RecordService
from claw.engine.retention import RetentionService
from claw.engine.retention_lane import RetentionLane
from claw.engine.routines.lane import OccurrenceLane
from claw.engine.routines.morning import Morning
from claw.engine.routines.service import RoutineService
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.engine.sync import SyncService
from claw.engine.sync.source import Sources
from claw.engine.sync_history import SyncHistory
from claw.engine.tenants import TenantService
from claw.engine.usage import UsageService
from claw.engine.webhooks.channel import WebhookChannel
from claw.engine.webhooks.lane import WebhookLanes
from claw.engine.webhooks.letters import Letters
from claw.engine.webhooks.service import WebhookService
from claw.parts import StandIns, channels_of, connector_catalog, root_key, vertical_packs
from claw.ports.channels import Channels
from claw.ports.clock import Clock
from claw.ports.ids import Ids
from claw.providers.webhook.sender import HttpWebhooks
from claw.settings import Settings, decode_key
from claw.store.migrate import check_ready
from claw.store.queue.runtime import QueueRuntime
from claw.store.rate_budget import PostgresRateBudget
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw.telemetry import PrometheusMetrics, logger


@dataclass(frozen=True)
class Engine:
    """The use cases of this installation, wired."""

    settings: Settings
    clock: Clock
    ids: Ids
    catalog: InstalledConnectors
    metrics: PrometheusMetrics
    tenants: TenantService
    connections: ConnectionService
    connection_settings: ConnectionSettings
    checks: ConnectionChecks
    removal: ConnectionRemoval
    ages: DataAges
    quality: QualityService
    quarantine: QuarantineService
    history: SyncHistory
    keep_alive: KeepAliveService
    sync: SyncService
    records: RecordService
    record_sources: RecordSources
    snapshots: SnapshotService
    summaries: SummaryService
    retention: RetentionService
    routines: RoutineService
    deliveries: DeliveryService
    troubles: TroubleService
    events: EventService
    webhooks: WebhookService
    usage: UsageService
    worker: Worker
    application_url: str
    trace_id: str

    async def ready(self) -> None:
        """Raise the ClawError that keeps this process from working now."""
        await check_ready(self.application_url)


def wire(
    settings: Settings,
    clock: Clock,
    pool: Pool,
    application_url: str,
    trace_id: str,
    instead: StandIns | None = None,
) -> Engine:
    """The engine on an open pool; ``instead`` is for rehearsals."""
    db = PostgresDatabase(pool)
    ids = RandomIds()
    parts = instead or StandIns(
        machine=EventLoopMachine(),
        budget=PostgresRateBudget(pool),
        catalog=connector_catalog(settings),
        metrics=PrometheusMetrics(),
        log=logger(),
    )
    machine, catalog, metrics = parts.machine, parts.catalog, parts.metrics
    previous = settings.secret_key_previous
    box = AesGcmBox(
        root_key(settings), decode_key(previous.get_secret_value()) if previous else None
    )
    verticals = vertical_packs(settings.verticals)
    holidays = PackagedHolidays()
    http = TransportFactory(
        limiters=Limiters(parts.budget, machine, box.keyed_hash),
        tokens=TokenSources(db=db, box=box, ids=ids, machine=machine),
        clock=clock,
        machine=machine,
        plain_loopback=settings.env != "prod",
    )
    sources = Sources(
        db=db,
        catalog=catalog,
        http=http,
        box=box,
        metrics=metrics,
        log=parts.log,
    )
    snapshots = SnapshotService(
        db=db,
        clock=clock,
        catalog=catalog,
        versions=released_versions(),
        tzdata_version=tzdata_version(),
    )
    connections = ConnectionService(db, clock, ids, catalog, box)
    sync = SyncService(db=db, clock=clock, ids=ids, sources=sources, metrics=metrics)
    summaries = SummaryService(
        db=db,
        clock=clock,
        snapshots=snapshots,
        verticals=verticals,
        holidays=holidays,
        tzdata_version=tzdata_version(),
    )
    letters = Letters(box, clock)
    sender = HttpWebhooks(anywhere=settings.webhook_allow_private)
    channels: Channels = {
        **channels_of(settings, clock),
        "webhook": WebhookChannel(db=db, clock=clock, letters=letters, sender=sender),
    }
    retention = RetentionService(
        db=db,
        clock=clock,
        ids=ids,
        # What rests on snapshots says so here; plans and broadcasts join these.
        users=(lambda uow: uow.summaries, lambda uow: uow.routines),
    )
    morning = Morning(sync=sync, snapshots=snapshots, summaries=summaries, db=db, log=parts.log)
    kinds: tuple[LaneKind, ...] = (
        OccurrenceLane(
            db=db,
            clock=clock,
            ids=ids,
            morning=morning,
            tzdata_version=tzdata_version(),
            log=parts.log,
        ),
        RetentionLane(db=db, retention=retention),
        DeliveryLane(
            db=db,
            clock=clock,
            summaries=summaries,
            verticals=verticals,
            channels=channels,
            metrics=metrics,
            log=parts.log,
        ),
    )
    lanes = {kind.kind: kind for kind in kinds}
    families = (
        WebhookLanes(
            db=db,
            clock=clock,
            letters=letters,
            sender=sender,
            metrics=metrics,
            log=parts.log,
        ),
    )
    return Engine(
        settings=settings,
        clock=clock,
        ids=ids,
        catalog=catalog,
        metrics=metrics,
        tenants=TenantService(db, clock, ids, verticals, holidays, default=settings.tenant),
        connections=connections,
        connection_settings=ConnectionSettings(
            db=db, clock=clock, ids=ids, catalog=catalog, connections=connections
        ),
        checks=ConnectionChecks(clock=clock, sources=sources, connections=connections),
        removal=ConnectionRemoval(db=db, clock=clock, ids=ids, connections=connections),
        ages=DataAges(db=db, clock=clock),
        quality=QualityService(db=db, clock=clock, connections=connections),
        quarantine=QuarantineService(
            db=db, clock=clock, ids=ids, catalog=catalog, connections=connections
        ),
        history=SyncHistory(db=db, connections=connections),
        keep_alive=KeepAliveService(
            db=db,
            clock=clock,
            ids=ids,
            catalog=catalog,
            connections=connections,
            renewer=http,
            metrics=metrics,
            log=parts.log,
        ),
        sync=sync,
        records=RecordService(db),
        record_sources=RecordSources(db=db, clock=clock, catalog=catalog),
        snapshots=snapshots,
        summaries=summaries,
        retention=retention,
        routines=RoutineService(db, clock, ids, tzdata_version()),
        deliveries=DeliveryService(db, clock, ids),
        troubles=TroubleService(db, clock, ids),
        events=EventService(db),
        webhooks=WebhookService(
            db=db, clock=clock, ids=ids, box=box, letters=letters, sender=sender
        ),
        usage=UsageService(db, clock),
        worker=Worker(
            runtime=QueueRuntime(application_url, parts.log),
            runner=LaneRunner(
                db=db,
                clock=clock,
                ids=ids,
                kinds=lanes,
                metrics=metrics,
                log=parts.log,
                families=families,
            ),
            sweep=Sweep(
                db=db,
                clock=clock,
                kinds=lanes,
                metrics=metrics,
                log=parts.log,
                families=families,
            ),
        ),
        application_url=application_url,
        trace_id=trace_id,
    )
