"""The harness of the conformance checks: a real engine on an empty database.

Real are the engine, the store, PostgreSQL, the transport and HTTP over loopback. Set are
the clock and the waits; the vendor is the connector's own stage.
"""

import io
import logging
from base64 import b64encode
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from claw.certification.databases import ScratchServer
from claw.certification.tenancy import EngineTenancy
from claw.certification.waiting import SetClock, SharedBudget, SkippingMachine
from claw.connect.auth.tokens import TokenSources
from claw.connect.catalog import InstalledConnectors
from claw.connect.conformance.subject import Stage
from claw.connect.factory import TransportFactory
from claw.connect.limits import Limiters
from claw.connect.settings import check_settings
from claw.connect.simulator import serve
from claw.parts import StandIns
from claw.ports.connector import Connector
from claw.ports.manifest import Manifest
from claw.settings import KEY_BYTES, Settings
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw.telemetry import PrometheusMetrics, logger_to
from claw.wiring import Engine, wire

_TRACE = "0af7651916cd43dd8448eb211c80319c"


class EngineHarness:
    """Opens installations on one scratch server."""

    def __init__(self, server: ScratchServer) -> None:
        self._server = server

    @asynccontextmanager
    async def open(self, *, now: datetime) -> "AsyncGenerator[EngineInstallation]":
        """An installation at a fixed time, torn down with the block."""
        async with self._server.database() as url, Pool(url) as pool, AsyncExitStack() as stack:
            installation = EngineInstallation(url, pool, SetClock(now), stack)
            with installation.listening():
                yield installation


class EngineInstallation:
    """One database, and the engines that work on it: one for each connector object."""

    def __init__(self, url: str, pool: Pool, clock: SetClock, stack: AsyncExitStack) -> None:
        self.url = url
        self.pool = pool
        self.clock = clock
        self._stack = stack
        self._machine = SkippingMachine()
        self._budget = SharedBudget(self._machine)
        self._said = io.StringIO()
        self._metrics: list[PrometheusMetrics] = []
        self._engines: dict[int, tuple[Connector, Engine]] = {}
        self._served: dict[int, str] = {}

    async def tenant(
        self,
        slug: str,
        zone: str,
        stage: Stage,
        *,
        connector: Connector,
        secrets: Mapping[str, str] | None = None,
    ) -> EngineTenancy:
        """Create a tenant and connect it to a stage, which is served for as long as needed."""
        engine = self._engine_of(connector)
        tenant = await engine.tenants.create(
            slug, name=slug.title(), zone=zone, country="AU", vertical="trades", locale="en-AU"
        )
        key = connector.manifest.key
        connection = await engine.connections.add(
            tenant,
            key,
            name=key,
            settings=stage.settings(await self._serve(stage)),
            secrets=stage.secrets() if secrets is None else secrets,
            actor="certification",
        )
        return EngineTenancy(self, engine, tenant, connection, connector)

    def engine(self, connector: Connector, pool: Pool, metrics: PrometheusMetrics) -> Engine:
        """An engine as a process of its own would build it."""
        self._metrics.append(metrics)
        catalog = OneConnector(connector)
        instead = StandIns(
            machine=self._machine,
            budget=self._budget,
            catalog=catalog,
            metrics=metrics,
            log=logger_to(self._said),
        )
        return wire(_settings(), self.clock, pool, self.url, _TRACE, instead)

    def transports(self, pool: Pool) -> TransportFactory:
        """The way to sources as a process of its own would build it, on the one budget."""
        return TransportFactory(
            limiters=Limiters(self._budget, self._machine, str.encode),
            tokens=TokenSources(
                db=PostgresDatabase(pool),
                box=AesGcmBox(bytes(KEY_BYTES)),
                ids=RandomIds(),
                machine=self._machine,
            ),
            clock=self.clock,
            machine=self._machine,
            plain_loopback=True,
        )

    def seconds(self) -> float:
        """The clock of waits, which are skipped."""
        return self._machine.seconds()

    def set_clock(self, now: datetime) -> None:
        """Set what the engine takes for now."""
        self.clock.set(now)

    def said(self) -> str:
        """Every log line, metric and error text so far."""
        return self._said.getvalue() + "".join(
            metrics.text().decode("utf-8") for metrics in self._metrics
        )

    def say(self, text: str) -> None:
        """Keep what was told to a person."""
        self._said.write(text + "\n")

    @contextmanager
    def listening(self) -> Generator[None]:
        """Keep what any library logs, too."""
        handler = logging.StreamHandler(self._said)
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.NOTSET)
        try:
            yield
        finally:
            root.setLevel(level)
            root.removeHandler(handler)

    def _engine_of(self, connector: Connector) -> Engine:
        known = self._engines.get(id(connector))
        if known is None:
            known = (connector, self.engine(connector, self.pool, PrometheusMetrics()))
            self._engines[id(connector)] = known
        return known[1]

    async def _serve(self, stage: Stage) -> str:
        if id(stage.app) not in self._served:
            running = await self._stack.enter_async_context(serve(stage.app))
            self._served[id(stage.app)] = running.base_url
        return self._served[id(stage.app)]


class OneConnector(InstalledConnectors):
    """The catalogue of an installation that has the connector under test alone."""

    def __init__(self, connector: Connector) -> None:
        super().__init__(allow_plain_http_loopback=True)
        self._connector = connector

    def manifests(self) -> Mapping[str, Manifest]:
        """Its manifest."""
        return {self._connector.manifest.key: self._connector.manifest}

    def manifest(self, key: str) -> Manifest:
        """Its manifest, whatever is asked for."""
        return self._connector.manifest

    def load(self, key: str) -> Connector:
        """The connector under test."""
        return self._connector

    def check_settings(
        self, key: str, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The settings in their stored form, as its manifest declares them."""
        manifest = self._connector.manifest
        return check_settings(manifest, settings, secrets, allow_plain_http_loopback=True)


def _settings() -> Settings:
    """Settings that owe nothing to the environment of whoever certifies."""
    return Settings.model_construct(
        env="test", home=Path(), secret_key=SecretStr(b64encode(bytes(KEY_BYTES)).decode())
    )
