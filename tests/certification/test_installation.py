"""The harness is what it says: a kill is a kill, an installation is empty, waits are skipped."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from claw.certification.installation import EngineHarness, EngineInstallation
from claw.certification.tenancy import EngineTenancy
from claw.connect.conformance.bookings import at
from claw.connect.conformance.subject import Trouble
from claw_testing.sample_connector.connector import CONNECTOR
from claw_testing.sample_connector.subject import SUBJECT, SalonStage

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
WEEK = TODAY + timedelta(days=6)


def salon(installation: EngineInstallation) -> SalonStage:
    stage = SUBJECT.stage(seed=1, today=TODAY, monotonic=installation.seconds)
    stage.clear(TODAY - timedelta(days=30), TODAY + timedelta(days=30))
    stage.book(at(TODAY, 9), 30, text="Zebedee's gate")
    stage.book(at(TODAY + timedelta(days=1), 9), 30)
    return stage


async def tenant_of(
    installation: EngineInstallation, stage: SalonStage, slug: str = "a"
) -> EngineTenancy:
    return await installation.tenant(slug, stage.zone, stage, connector=CONNECTOR)


async def test_a_kill_after_the_last_answer_comes_before_the_commit(harness: EngineHarness):
    async with harness.open(now=NOW) as installation:
        stage = salon(installation)
        whole = await tenant_of(installation, stage, "whole")
        before = len(stage.log)
        await whole.sync(first=TODAY, last=WEEK)
        requests = len(stage.log) - before
        killed = await tenant_of(installation, stage, "killed")
        assert await killed.sync_killed(after_requests=requests, first=TODAY, last=WEEK)
        assert await killed.records() == []
        assert b"interrupted" not in await killed.everything_stored()
        assert (await killed.sync(first=TODAY, last=WEEK)).status == "ok"
        assert await killed.records() == await whole.records()
        assert b"interrupted" in await killed.everything_stored()


async def test_a_sync_that_needs_fewer_requests_is_not_killed(harness: EngineHarness):
    async with harness.open(now=NOW) as installation:
        tenancy = await tenant_of(installation, salon(installation))
        assert not await tenancy.sync_killed(after_requests=999, first=TODAY, last=WEEK)
        assert len(await tenancy.records()) > 2


async def test_what_is_stored_and_said_is_found_and_the_next_installation_is_empty(
    harness: EngineHarness,
):
    async with harness.open(now=NOW) as installation:
        stage = salon(installation)
        tenancy = await tenant_of(installation, stage)
        await tenancy.sync(first=TODAY, last=WEEK)
        assert b"Zebedee's gate" in await tenancy.everything_stored()
        stage.trouble(Trouble.SERVER_ERROR, times=100)
        await tenancy.sync(first=TODAY, last=WEEK)
        said = installation.said()
        assert "source request" in said
        assert "claw_sync_runs_total" in said
    async with harness.open(now=NOW) as installation:
        tenancy = await tenant_of(installation, salon(installation))
        assert b"Zebedee" not in await tenancy.everything_stored()


@pytest.mark.parametrize("option", ["seconds", "date"])
async def test_waits_are_skipped_and_the_vendors_limit_still_holds(
    harness: EngineHarness, option: str
):
    async with harness.open(now=NOW) as installation:
        stage = salon(installation)
        tenancy = await tenant_of(installation, stage)
        waited, began = installation.seconds(), time.monotonic()
        stage.trouble(Trouble.THROTTLED, times=3, option=option)
        assert (await tenancy.sync(first=TODAY, last=WEEK)).status == "ok"
        skipped = (installation.seconds() - waited) - (time.monotonic() - began)
        assert skipped > 1
        assert not stage.violations
