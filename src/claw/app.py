"""The composition root: reads settings, builds adapters, hands out the engine.

The one place that knows every layer. Entry points import it, nothing else does.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import cast

from claw.connect.auth.tokens import TokenSources
from claw.connect.catalog import (
    InstalledConnectors,
    load_simulator_factory,
)
from claw.connect.factory import TransportFactory
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine, Machine
from claw.connect.simulator import Running, VendorSimulator, serve
from claw.connect.token_server import GivesTokens
from claw.core.errors import InstallationBroken, InvalidInput
from claw.core.model.versions import released_versions
from claw.core.time import check_canaries, pin_tzdata, tzdata_version
from claw.core.verticals import VerticalPack, parse_pack
from claw.diagnosis import probes
from claw.engine.connection_checks import ConnectionChecks
from claw.engine.connection_removal import ConnectionRemoval
from claw.engine.connection_settings import ConnectionSettings
from claw.engine.connections import ConnectionService
from claw.engine.data_ages import DataAges
from claw.engine.doctor import Finding, diagnose
from claw.engine.keeping_alive import KeepAliveService
from claw.engine.quality import QualityService
from claw.engine.quarantine import QuarantineService
from claw.engine.records import RecordService
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.engine.sync import SyncService
from claw.engine.sync.source import Sources
from claw.engine.sync_history import SyncHistory
from claw.engine.tenants import TenantService
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.ids import Ids
from claw.ports.migration import MigrationState
from claw.ports.rate_budget import RateBudget
from claw.settings import Settings, decode_key, unsafe_settings
from claw.store.bootstrap import bootstrap, check_application_role
from claw.store.embedded import EmbeddedServer, Urls
from claw.store.migrate import check_ready, migrate, migration_status
from claw.store.rate_budget import PostgresRateBudget
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.clocks import clock_from
from claw.system.ids import RandomIds
from claw.system.key_file import create_key_file
from claw.system.secret_box import AesGcmBox
from claw.telemetry import PrometheusMetrics, logger, trace
from claw.web.health import create_health_app

_KEY_FILE = "secret.key"


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
    snapshots: SnapshotService
    summaries: SummaryService
    application_url: str
    trace_id: str

    async def ready(self) -> None:
        """Raise the ClawError that keeps this process from working now."""
        await check_ready(self.application_url)


@dataclass(frozen=True)
class StandIns:
    """What a rehearsal puts in the place of the machine's parts; all else is real."""

    machine: Machine
    budget: RateBudget
    catalog: InstalledConnectors
    metrics: PrometheusMetrics
    log: Log


def pin_time_zones() -> None:
    """Make the packaged time-zone data win, and refuse to start when it does not.

    Raises:
        InstallationBroken: with what is wrong.
    """
    pin_tzdata()
    problems = check_canaries()
    if problems:
        raise InstallationBroken(
            f"the time-zone data is wrong: {'; '.join(problems)}",
            code="tzdata_wrong",
            hint="reinstall with `make install`",
        )


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings ask for."""
    return clock_from(settings.clock)


def connector_catalog(settings: Settings) -> InstalledConnectors:
    """The installed connectors."""
    return InstalledConnectors(allow_plain_http_loopback=settings.env != "prod")


def load_simulator(
    connector: str,
    *,
    seed: int,
    today: date,
    faults: Sequence[str],
    schedules: int | None = None,
) -> VendorSimulator:
    """Build the vendor simulator of a connector. Raises NotFound when it has none.

    ``schedules`` is for simulators that can generate so many rows; None leaves the default.
    """
    factory = load_simulator_factory(connector)
    size = {} if schedules is None else {"schedules": schedules}
    return cast("VendorSimulator", factory(seed=seed, today=today, faults=faults, **size))


def simulator_secrets(simulator: VendorSimulator) -> Mapping[str, str]:
    """The secrets by which a connection may come in, whichever way it wants."""
    secrets = {"api_key": simulator.api_key}
    if isinstance(simulator, GivesTokens):
        secrets.update(simulator.tokens.secrets)
    return secrets


def serve_simulator(
    simulator: VendorSimulator, *, port: int = 0
) -> AbstractAsyncContextManager[Running]:
    """Serve a simulator on loopback for as long as the block lasts."""
    return serve(simulator.app, port=port)


def serve_health(engine: Engine, port: int | None) -> AbstractAsyncContextManager[Running]:
    """Serve health and metrics of this process for as long as the block lasts."""
    app = create_health_app(ready=engine.ready, metrics_text=engine.metrics.text)
    settings = engine.settings
    return serve(app, host=settings.http_host, port=settings.http_port if port is None else port)


def vertical_packs() -> Mapping[str, VerticalPack]:
    """The verticals this installation knows, by name: one data file each."""
    folder = resources.files("claw.core.verticals")
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return {entry.name.removesuffix(".toml"): parse_pack(entry.read_bytes()) for entry in files}


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncGenerator[Engine]:
    """The engine on its database, for as long as the block lasts.

    With the embedded database this starts the server and migrates first; otherwise a
    database that is not migrated is refused.

    Raises:
        InstallationBroken: when the installation cannot work, with the mend.
        InvalidInput: when a setting is unsafe for the environment.
    """
    refuse_unsafe(settings)
    clock = clock_from(settings.clock)
    async with database_urls(settings) as urls:
        if settings.embedded:
            await migrate(urls.owner)
        else:
            await check_ready(urls.app)
        await check_application_role(urls.app)
        async with Pool(urls.app) as pool:
            trace_id = RandomIds().trace()
            with trace(trace_id):
                yield wire(settings, clock, pool, urls.app, trace_id)


def refuse_unsafe(settings: Settings) -> None:
    """Raise InvalidInput for the first setting that is unsafe for the environment."""
    for variable, problem, mend in unsafe_settings(settings):
        raise InvalidInput(
            f"{variable}: {problem}", code="setting_unsafe", field=variable, hint=mend
        )


@asynccontextmanager
async def database_urls(settings: Settings) -> AsyncGenerator[Urls]:
    """URLs of the database by role; holds the embedded server while the block lasts."""
    if settings.database_url is not None:
        app = settings.database_url.get_secret_value()
        admin, worker = settings.admin_database_url, settings.worker_database_url
        yield Urls(
            owner=admin.get_secret_value() if admin else "",
            app=app,
            worker=worker.get_secret_value() if worker else app,
        )
        return
    server = EmbeddedServer(settings.home.resolve())
    urls = server.acquire()
    try:
        yield urls
    finally:
        server.release()


async def migrate_database(settings: Settings) -> Sequence[MigrationState]:
    """Create roles where they are missing and apply pending migrations."""
    async with database_urls(settings) as urls:
        if not settings.embedded:
            if not urls.owner:
                raise InvalidInput(
                    "migrating needs a role that may create roles and own the schema",
                    code="setting_missing",
                    field="CLAW_ADMIN_DATABASE_URL",
                    hint="set it to the URL of such a role; only `claw db migrate` uses it",
                )
            await bootstrap(urls.owner, app_url=urls.app, worker_url=urls.worker)
        return await migrate(urls.owner)


async def database_status(settings: Settings) -> Sequence[MigrationState]:
    """Every migration and its state."""
    async with database_urls(settings) as urls:
        return await migration_status(urls.app)


async def check_role(application_url: str) -> None:
    """Raise InstallationBroken when the application's login could see past row security."""
    await check_application_role(application_url)


def embedded_server(settings: Settings) -> EmbeddedServer:
    """The embedded server. Raises InvalidInput when another database is configured."""
    if not settings.embedded:
        raise InvalidInput(
            "CLAW_DATABASE_URL is set, so the embedded database is not used",
            code="not_embedded",
            field="CLAW_DATABASE_URL",
            hint="unset it, or start and stop your own server yourself",
        )
    return EmbeddedServer(settings.home.resolve())


async def examine(settings: Settings) -> list[Finding]:
    """Run the doctor's probes."""
    return await diagnose(probes(settings))


def root_key(settings: Settings) -> bytes:
    """The root key: the one set, else one generated into ``CLAW_HOME`` outside prod."""
    if settings.secret_key is not None:
        return decode_key(settings.secret_key.get_secret_value())
    path = settings.home.resolve() / _KEY_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            create_key_file(path)
        return decode_key(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InstallationBroken(
            f"the generated key {path} cannot be used: {type(error).__name__}",
            code="secret_key_unusable",
            field="CLAW_SECRET_KEY",
            hint="make CLAW_HOME writable and the file whole, or set CLAW_SECRET_KEY",
        ) from error


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
    verticals = vertical_packs()
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
        db=db, clock=clock, versions=released_versions(), tzdata_version=tzdata_version()
    )
    connections = ConnectionService(db, clock, ids, catalog, box)
    return Engine(
        settings=settings,
        clock=clock,
        ids=ids,
        catalog=catalog,
        metrics=metrics,
        tenants=TenantService(db, clock, ids, verticals),
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
        sync=SyncService(db=db, clock=clock, ids=ids, sources=sources, metrics=metrics),
        records=RecordService(db),
        snapshots=snapshots,
        summaries=SummaryService(
            db=db,
            clock=clock,
            snapshots=snapshots,
            verticals=verticals,
            tzdata_version=tzdata_version(),
        ),
        application_url=application_url,
        trace_id=trace_id,
    )
