"""The simulator as a value: a build, its keys, its faults, what it saw, and how to change it."""

import datetime
import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from claw.connect.simulator import FaultScript, LoggedRequest, busiest_second
from claw.connect.token_server import TokenServer
from claw.connectors.simpro.simulator.api import Api
from claw.connectors.simpro.simulator.build import Build
from claw.connectors.simpro.simulator.calling import Webhooks
from claw.connectors.simpro.simulator.faults import fault_script
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.keyring import Keyring
from claw.connectors.simpro.simulator.keys import Key
from claw.connectors.simpro.simulator.operations import Operations
from claw.connectors.simpro.simulator.roster import COMPANIES, MAIN_COMPANY, Company
from claw.connectors.simpro.simulator.rows.scheduling import schedule_row
from claw.connectors.simpro.simulator.state import CompanyState

SIGN_IN_PATH = "/oauth2/token"
"""Where tokens are asked for; documented."""


class Simulator(Operations):
    """A simPRO build on the day ``today``. ``app`` is its API."""

    def __init__(
        self,
        *,
        seed: int,
        today: datetime.date,
        faults: Sequence[str] = (),
        schedules: int | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        # Not above: the control routes call back into this class.
        from claw.connectors.simpro.simulator.control import control_routes

        self.seed, self.today = seed, today
        self.log: list[LoggedRequest] = []
        self.violations: list[str] = []
        self.faults: FaultScript = fault_script()
        for fault in faults:
            self.faults.set(fault)
        self._initial_faults = tuple(faults)
        self.tokens = TokenServer(str(seed), self.faults, monotonic)
        self._keys = Keyring(self.tokens)
        self.api_key: str = self.add_key("default")
        self._schedules = schedules
        self._api = Api(
            Build(seed, today, schedules),
            self._keys,
            self.faults,
            self.log,
            self.violations,
            monotonic,
        )
        self.webhooks = Webhooks(lambda: self._api.build.companies, self.faults)
        self.app: ASGIApp = Starlette(
            routes=[
                Mount("/_control", routes=control_routes(self)),
                Route(SIGN_IN_PATH, self.tokens),
                Mount("/", app=self._api),
            ]
        )

    @property
    def companies(self) -> tuple[Company, ...]:
        """The companies of the build."""
        return tuple(state.company for state in self._api.build.companies.values())

    def max_requests_in_any_second(self) -> int:
        """The most requests that arrived in any window of one second."""
        return busiest_second(self.log)

    def add_key(
        self, label: str, companies: Sequence[int] | None = None, forbid: Sequence[str] = ()
    ) -> str:
        """A new API key: the companies it sees (all) and the resources it may not read."""
        token = f"simpro-simulated-{self.seed}-{label}"
        seen = tuple(COMPANIES) if companies is None else tuple(companies)
        self._keys.add(Key(label, token, seen, tuple(forbid)))
        return token

    def reset(self) -> None:
        """Back to the generated business and the faults it began with; keys stay."""
        self._api.restart(Build(self.seed, self.today, self._schedules))
        self.faults.clear()
        for fault in self._initial_faults:
            self.faults.set(fault)
        self.log.clear()
        self.violations.clear()

    def state(self, company: int = MAIN_COMPANY) -> CompanyState:
        """One company's content."""
        return self._api.build.companies[company]

    def schedules(
        self, first: datetime.date, last: datetime.date, company: int = MAIN_COMPANY
    ) -> list[Row]:
        """The truth: every schedule row of those dates in its widest form, before faults."""
        state = self.state(company)
        return [schedule_row(state, visit) for visit in state.visits_between(first, last)]


def create_simulator(
    *,
    seed: int = 1,
    today: datetime.date,
    faults: Sequence[str] = (),
    schedules: int | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Simulator:
    """A build whose business is the same for the same seed; ``today`` is its anchor.

    ``schedules`` makes the main company as big as to have so many schedule rows from
    yesterday to two weeks ahead; ``monotonic`` is what its rate limit goes by, in seconds.

    Raises:
        ValueError: so many cannot be generated.
    """
    return Simulator(
        seed=seed, today=today, faults=faults, schedules=schedules, monotonic=monotonic
    )
