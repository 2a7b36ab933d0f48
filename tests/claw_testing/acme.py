"""Acme, a vendor nobody has, and the machine time and observer its tests use."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from claw.connect.transport import Transport
from claw.ports.request_observer import RequestAttempt

NOW = datetime(2026, 11, 24, 20, 0, 0, tzinfo=UTC)
TOKEN = "tok-3f9a17c2d4"
TRACE = "0af7651916cd43dd8448eb211c80319c"

MANIFEST = b"""
key = "acme"
name = "Acme"
summary = "Reads Acme."
contract = "claw.connector/1"
schema = "claw.schedule/1"
origin = "base_url"
simulator = "acme_connector.simulator:create_simulator"
docs = "docs/connectors/acme.md"

[auth]
kind = "bearer"
secret = "api_key"

[limit]
requests = 10
per_seconds = 1
unit = "origin"
rate_setting = "requests_per_second"

[[settings]]
name = "base_url"
title = "Address"
kind = "origin"
required = true
strip_suffixes = ["/api/v1.0"]

[[settings]]
name = "api_key"
title = "Key"
secret = true
required = true

[[settings]]
name = "requests_per_second"
title = "Polite rate"
kind = "integer"
default = "4"
minimum = 1
maximum = 10

[[settings]]
name = "zone"
title = "Zone"
kind = "zone"

[[settings]]
name = "placeholder_staff"
title = "Placeholder staff"
kind = "list"

[[reads]]
template = "/api/companies/{company}/visits/"
columns = ["ID", "Date"]

[[reads]]
template = "/api/companies/{company}/people/{person}"

[[reads]]
template = "/api/info/"

[[streams]]
name = "visits"
produces = ["appointment"]
modes = ["window", "by_id"]
removal = "window_diff"

[capabilities]
"""


class QuickMachine:
    """The loop's clock, but long waits are only written down."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._skipped = 0.0

    def seconds(self) -> float:
        return asyncio.get_running_loop().time() + self._skipped

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._skipped += seconds
        await asyncio.sleep(0)

    def uniform(self, low: float, high: float) -> float:
        return high


class FixedClock:
    def now(self) -> datetime:
        return NOW


class Notebook:
    """Keeps the attempts it was told of."""

    def __init__(self) -> None:
        self.attempts: list[RequestAttempt] = []

    def attempted(self, attempt: RequestAttempt) -> None:
        self.attempts.append(attempt)


Opens = Callable[..., AbstractAsyncContextManager[Transport]]
"""Opens a transport to a scripted vendor."""
