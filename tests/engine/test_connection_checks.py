"""A check tells proof by proof, also what was proved before it failed."""

import pytest

from claw.engine.connection_checks import CheckOutcome
from claw.ports.connector import CheckReport, Context, Proof, StandingWarning
from claw.ports.connector_errors import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorError,
    Forbidden,
    PlanRequired,
    RateLimited,
    SourceChanged,
    Transient,
)
from claw.store.tenancy import Pool
from claw_testing.operations import operations
from claw_testing.scripted_connector import ScriptedConnector
from claw_testing.sync_world import World, connection_status, new_world


class Thorough(ScriptedConnector):
    """Puts down what it proves, and may fail after that."""

    def __init__(self, failure: ConnectorError | None = None) -> None:
        super().__init__()
        self.failure = failure

    async def check(self, ctx: Context) -> CheckReport:
        report = await super().check(ctx)
        ctx.proofs.append(Proof(name="credential", outcome="ok", message="the key works"))
        if self.failure:
            raise self.failure
        ctx.proofs.append(
            Proof(
                name="permission contacts",
                outcome="warning",
                message="may not be read",
                cost="no phone numbers",
                hint="ask for it",
            )
        )
        warning = StandingWarning(code="forbidden", message="may not be read")
        return CheckReport(
            account=report.account, capabilities={}, warnings=(warning,), clock_skew_seconds=0
        )


async def check(world: World) -> CheckOutcome:
    return await operations(world).checks.check(world.tenant, "field", trace_id="0" * 32)


def lines(outcome: CheckOutcome) -> list[tuple[str, str]]:
    return [(proof.name, proof.outcome) for proof in outcome.proofs]


async def test_a_connector_that_puts_nothing_down_is_told_from_its_report(world: World):
    outcome = await check(world)
    assert lines(outcome) == [
        ("credential", "ok"),
        ("account", "ok"),
        ("zone", "ok"),
        ("clock", "ok"),
        ("rate budget", "ok"),
    ]
    assert not outcome.failed
    assert outcome.connection.facts is not None


async def test_what_the_connector_puts_down_is_told_once_and_with_its_cost(pool: Pool):
    outcome = await check(await new_world(pool, connector=Thorough()))
    assert lines(outcome) == [
        ("credential", "ok"),
        ("permission contacts", "warning"),
        ("account", "ok"),
        ("zone", "ok"),
        ("clock", "ok"),
        ("rate budget", "ok"),
    ]
    (contacts,) = [proof for proof in outcome.proofs if proof.outcome == "warning"]
    assert (contacts.cost, contacts.hint) == ("no phone numbers", "ask for it")
    assert not outcome.failed


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (ConfigInvalid("none", field="company_id", hint="it sees 2"), "setting company_id"),
        (Forbidden("no", scope="schedules"), "permission schedules"),
        (PlanRequired("no", plan="premium"), "plan premium"),
        (RateLimited("slow down"), "rate budget"),
        (Transient("no answer", cause="unreachable"), "answers"),
        (SourceChanged("new shape", path="rows"), "check"),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
async def test_what_was_proved_before_the_failure_is_told(
    pool: Pool, failure: ConnectorError, name: str
):
    outcome = await check(await new_world(pool, connector=Thorough(failure)))
    assert lines(outcome)[:2] == [("credential", "ok"), (name, "failed")]
    assert outcome.failed
    assert outcome.error is not None
    assert outcome.error.code == failure.code
    failed = outcome.proofs[1]
    assert (failed.message, failed.hint) == (failure.message, failure.hint)
    assert failed.cost is not None


async def test_a_revoked_key_fails_pauses_and_says_how_to_give_a_new_one(world: World):
    world.vendor.faults["/customers/0"] = AuthRevoked("the key was revoked")
    outcome = await check(world)
    assert lines(outcome)[0] == ("credential", "failed")
    assert "claw connection rotate field" in (outcome.proofs[0].hint or "")
    assert (await connection_status(world))[0] == "paused"
    assert outcome.connection.status == "paused"


async def test_a_source_that_cannot_be_reached_is_not_told_about_its_clock(world: World):
    world.vendor.faults["/customers/0"] = Transient("no answer", cause="unreachable")
    assert lines(await check(world)) == [("answers", "failed"), ("rate budget", "ok")]


@pytest.mark.parametrize(
    ("skew", "outcome", "said"),
    [
        (None, "ok", "states no time"),
        (-90, "ok", "90 s apart"),
        (-10_800, "warning", "10800 s behind ours"),
        (121, "warning", "121 s ahead of ours"),
    ],
)
async def test_the_clock_is_a_proof_of_its_own(
    world: World, skew: int | None, outcome: str, said: str
):
    world.vendor.clock_skew_seconds = skew
    (clock,) = [proof for proof in (await check(world)).proofs if proof.name == "clock"]
    assert clock.outcome == outcome
    assert said in clock.message
    assert (clock.hint is not None) == (outcome == "warning")


async def test_a_zone_that_the_source_does_not_state_is_a_warning(pool: Pool):
    class Nowhere(ScriptedConnector):
        async def check(self, ctx: Context) -> CheckReport:
            report = await super().check(ctx)
            account = type(report.account)(id="1", name="Scripted Pty Ltd")
            return CheckReport(account=account, capabilities={})

    outcome = await check(await new_world(pool, connector=Nowhere()))
    (zone,) = [proof for proof in outcome.proofs if proof.name == "zone"]
    assert (zone.outcome, zone.cost is not None) == ("warning", True)
