"""Reads and maps one connector's whole simulated business: ``ours`` or ``floor``.

``python -m benchmarks.connectors.child HOW CONNECTOR ORIGIN KEY TODAY OUT``. Both ways run
the connector's own ``read`` and ``map``. Ours goes through the kit's transport and the
engine's preparation; the floor gives it a bare HTTP client and writes what it maps.
"""

import asyncio
import hashlib
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx2
import msgspec

from benchmarks.connectors.accounts import account_of
from benchmarks.extraction.ours import Silence
from benchmarks.harness.database import ZONE
from benchmarks.harness.meter import Meter
from claw.connect.catalog import InstalledConnectors
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.connect.transport import Link, Transports
from claw.core.time import pin_tzdata
from claw.engine.sync.bundles import prepare
from claw.engine.sync.checking import Companions
from claw.engine.sync.plan import plan_slices
from claw.ports.connector import (
    Bundle,
    Connector,
    Context,
    Http,
    MapEnv,
    Mapped,
    Mode,
    Page,
    ReadRequest,
    Response,
)

_DAYS_BEFORE, _DAYS_AFTER = 1, 14
_UNLIMITED = 10_000
_items = msgspec.json.Decoder(tuple[msgspec.Raw, ...]).decode


class BareHttp:
    """``Http`` without anything the kit is for."""

    clock_skew_seconds: int | None = None

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """Send it and believe the answer."""
        answer = await self._client.get(template.format(**path), params=dict(query or {}))
        headers = {name.lower(): value for name, value in answer.headers.items()}
        body = answer.content
        return Response(
            status=answer.status_code,
            headers=headers,
            body=body,
            items=_items(body) if body[:1] == b"[" else None,
            url_template=template,
        )


@asynccontextmanager
async def _http(
    how: str, connector: Connector, settings: Mapping[str, str], key: str
) -> AsyncGenerator[Http]:
    if how == "floor":
        async with httpx2.AsyncClient(
            trust_env=False,
            base_url=settings[connector.manifest.origin],
            headers={"authorization": f"Bearer {key}"},
        ) as client:
            yield BareHttp(client)
        return
    manifest, silence, machine = connector.manifest, Silence(), EventLoopMachine()
    unlimited = msgspec.structs.replace(manifest.limit, requests=_UNLIMITED, rate_setting=None)
    transports = Transports(
        limiters=Limiters(silence, machine, lambda name: hashlib.sha256(name.encode()).digest()),
        clock=silence,
        machine=machine,
        observer=silence,
        allow_plain_http_loopback=True,
    )
    link = Link(
        manifest=msgspec.structs.replace(manifest, limit=unlimited),
        connection=manifest.key,
        connection_id=manifest.key,
        settings=settings,
        secrets=account_of(manifest).secrets(key),
        trace_id="0" * 32,
    )
    async with transports.open(link) as transport:
        yield transport


async def extract(
    how: str, connector: Connector, origin: str, key: str, today: date, out: Path, meter: Meter
) -> int:
    """Read every slice, write every record as a line; how many records there were."""
    manifest, records = connector.manifest, 0
    settings = account_of(manifest).settings(origin)
    env = MapEnv(
        connection=manifest.key,
        country="AU",
        tenant_zone=ZONE,
        connection_zone=ZONE,
        schema=manifest.schema,
        base_url=origin,
        settings=settings,
    )
    async with _http(how, connector, settings, key) as http:
        context = Context(
            connection=manifest.key,
            settings=settings,
            http=http,
            now=Silence().now(),
            tenant_zone=ZONE,
            country="AU",
            account=None,
            log=Silence(),
            scratch={},
        )
        with out.open("wb") as lines:
            for request in _requests(connector, today):
                companions = Companions()
                async for event in connector.read(context, request):
                    if not isinstance(event, Page):
                        continue
                    for bundle in event.bundles:
                        written = list(_LINES[how](bundle, connector, env, companions))
                        lines.writelines(written)
                        records += len(written)
                    meter.page()
    return records


def _requests(connector: Connector, today: date) -> Iterator[ReadRequest]:
    """A whole sync of every stream, a slice of days at a time."""
    first, last = today - timedelta(days=_DAYS_BEFORE), today + timedelta(days=_DAYS_AFTER)
    for stream in connector.manifest.streams:
        for planned in plan_slices(ZONE, first, last, stream.widest_window_days):
            yield ReadRequest(stream=stream.name, mode=Mode.WINDOW, slice=planned.slice)


def _ours(
    bundle: Bundle, connector: Connector, env: MapEnv, companions: Companions
) -> Iterator[bytes]:
    for record in prepare(bundle, {}, connector, env, companions).records:
        yield record.form.canonical + b"\n"


def _floor(
    bundle: Bundle, connector: Connector, env: MapEnv, _companions: Companions
) -> Iterator[bytes]:
    result = connector.map(bundle, env)
    if isinstance(result, Mapped):
        for record in result.records:
            yield msgspec.json.encode(record) + b"\n"


_LINES = {"ours": _ours, "floor": _floor}


if __name__ == "__main__":
    pin_tzdata()
    _, how, key, origin, secret, today, out = sys.argv
    connector = InstalledConnectors().load(key)
    meter = Meter()
    day = date.fromisoformat(today)
    count = asyncio.run(extract(how, connector, origin, secret, day, Path(out), meter))
    meter.tell(rows=count)
