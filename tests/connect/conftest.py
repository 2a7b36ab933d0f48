"""What the kit's tests share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from claw.connect.limits import Limiters
from claw.connect.manifest import load_manifest
from claw.connect.retry import RetryPolicy
from claw.connect.transport import Caps, Link, Transport, Transports
from claw.ports.manifest import Manifest
from claw_testing.acme import MANIFEST, TOKEN, TRACE, FixedClock, Notebook, Opens, QuickMachine
from claw_testing.loopback import Vendor
from claw_testing.memory_budget import MemoryRateBudget


@pytest.fixture
def manifest() -> Manifest:
    return load_manifest(MANIFEST)


@pytest.fixture
def machine() -> QuickMachine:
    return QuickMachine()


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def connect(manifest: Manifest, machine: QuickMachine, notebook: Notebook) -> Opens:
    """Opens a transport to a vendor."""

    @asynccontextmanager
    async def open_to(
        vendor: Vendor,
        *,
        caps: Caps | None = None,
        retry: RetryPolicy | None = None,
        **link: object,
    ) -> AsyncGenerator[Transport]:
        transports = Transports(
            limiters=Limiters(MemoryRateBudget(machine), machine, lambda unit: unit.encode()),
            clock=FixedClock(),
            machine=machine,
            observer=notebook,
            retry=retry or RetryPolicy(),
            caps=caps or Caps(connect_seconds=2, total_seconds=5),
            allow_plain_http_loopback=True,
        )
        whole = Link(
            **{
                "manifest": manifest,
                "connection": "acme",
                "connection_id": "c1",
                "settings": {"base_url": vendor.origin, "requests_per_second": "4"},
                "secrets": {"api_key": TOKEN},
                "trace_id": TRACE,
                **link,
            }
        )
        async with transports.open(whole) as transport:
            yield transport

    return open_to
