"""A stage and an engine that reads it: what the checks of a whole engine begin with."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from claw.connect.conformance.check import CheckFailed, Run, expect
from claw.connect.conformance.harness import Installation, SyncSeen, Tenancy
from claw.connect.conformance.session import TODAY
from claw.connect.conformance.subject import Stage
from claw.core.time import resolve_local
from claw.ports.connector import Connector

ALWAYS = 100_000
"""So many answers that trouble lasts until it is ended."""
AROUND = timedelta(days=40)
_OPENS = 7
_SHOWN = 3

Records = Mapping[str, Mapping[str, object]]
"""Canonical records by their reference."""


class Rehearsal(Struct, frozen=True, kw_only=True):
    """One installation, one stage, and the window that is read: ``first`` to ``last``."""

    installation: Installation
    stage: Stage
    connector: Connector
    first: date
    last: date

    async def tenant(
        self, slug: str, stage: Stage | None = None, secrets: Mapping[str, str] | None = None
    ) -> Tenancy:
        """A tenant with a connection to the stage, or to another one."""
        stage = stage or self.stage
        return await self.installation.tenant(
            slug, stage.zone, stage, connector=self.connector, secrets=secrets
        )

    async def sync(self, tenancy: Tenancy) -> SyncSeen:
        """Read the window."""
        return await tenancy.sync(first=self.first, last=self.last)

    async def sync_well(self, tenancy: Tenancy, when: str) -> SyncSeen:
        """Read the window, which must go well."""
        seen = await self.sync(tenancy)
        expect(seen.status == "ok", f"{when}: the sync was {seen.status} ({seen.error})")
        return seen

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A wall clock time, so many days after the first."""
        return datetime.combine(self.first + timedelta(days=days), time(hour, minute))


@asynccontextmanager
async def rehearse(run: Run, *, days: int) -> AsyncGenerator[Rehearsal]:
    """An installation at seven in the morning of an empty stage; ``days`` are read from then."""
    async with run.harness.open(now=datetime.combine(TODAY, time(12), UTC)) as installation:
        stage = run.subject.stage(seed=1, today=TODAY, monotonic=installation.seconds)
        stage.clear(TODAY - AROUND, TODAY + AROUND)
        opens = resolve_local(stage.zone, datetime.combine(TODAY, time(_OPENS))).instant
        installation.set_clock(opens.astimezone(UTC))
        yield Rehearsal(
            installation=installation,
            stage=stage,
            connector=run.subject.connector,
            first=TODAY,
            last=TODAY + timedelta(days=days - 1),
        )


async def records_of(tenancy: Tenancy) -> Records:
    """What the tenant's current records say."""
    return {str(record["ref"]): record for record in await tenancy.records()}


def of_source(records: Records, source_id: str) -> Mapping[str, object]:
    """The record of a source's own object. Raises CheckFailed when there is none."""
    for ref, record in records.items():
        if ref.partition("/")[2] == source_id:
            return record
    raise CheckFailed(f"there is no record of {source_id}")


def expect_same(found: Records, wanted: Records, when: str) -> None:
    """Expect two states to be the same, record by record."""
    lost = sorted(set(wanted) - set(found))
    strange = sorted(set(found) - set(wanted))
    other = sorted(ref for ref in set(found) & set(wanted) if found[ref] != wanted[ref])
    expect(not lost, f"{when}: {len(lost)} of {len(wanted)} records are missing, {_some(lost)}")
    expect(not strange, f"{when}: {len(strange)} records too many, {_some(strange)}")
    expect(not other, f"{when}: {len(other)} records differ, {_some(other)}")


def _some(refs: Sequence[str]) -> str:
    return ", ".join(refs[:_SHOWN])
