"""simPRO for the conformance suite: a build on a stage, recorded rows, and what they become."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from claw.connect import Bundle, MapEnv
from claw.connectors.simpro.conformance.recorded import bundle_of, golden_of, recorded
from claw.connectors.simpro.conformance.stage import (
    ACCOUNTS,
    PAGE_ROWS,
    SimproStage,
    settle,
    stage_of,
)
from claw.connectors.simpro.connector import CONNECTOR, SimproConnector
from claw.connectors.simpro.simulator import Simulator


class SimproSubject:
    """The simPRO connector, its simulator and its fixtures."""

    object_path = "claw.connectors.simpro.connector:CONNECTOR"
    page_rows = PAGE_ROWS

    @property
    def connector(self) -> SimproConnector:
        """The connector under test."""
        return CONNECTOR

    def stage(
        self,
        *,
        seed: int,
        today: date,
        zone: str | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> SimproStage:
        """A fresh build; its companies live in ``zone`` where one is given."""
        simulator = Simulator(seed=seed, today=today, monotonic=monotonic or time.monotonic)
        for account in ACCOUNTS if zone else ():
            state = simulator.state(account)
            state.company = replace(state.company, timezone=zone)
        settle(simulator)
        return stage_of(simulator, ACCOUNTS[0])

    def fixtures(self) -> Mapping[str, Bundle]:
        """Rows as the vendor documents them, with their linked objects."""
        return {name: bundle_of(fixture) for name, fixture in recorded().items()}

    def map_env(self, name: str) -> MapEnv:
        """What the mapper is told with a fixture."""
        fixture = recorded()[name]
        return MapEnv(
            connection="simpro",
            country="AU",
            tenant_zone="Australia/Sydney",
            connection_zone=fixture.zone,
            schema=CONNECTOR.manifest.schema,
            base_url="https://build.test",
            settings=fixture.settings,
        )

    def older_fixtures(self) -> Mapping[str, Bundle]:
        """None: there has been one version of what is stored."""
        return {}

    def goldens(self) -> Mapping[str, bytes]:
        """The records in each fixture's own file, beside the row they come from."""
        return {name: golden_of(fixture) for name, fixture in recorded().items()}


SUBJECT = SimproSubject()
