"""``claw connection check``: a connection proved against its source, proof by proof."""

from typing import TYPE_CHECKING

import msgspec
import typer

from claw.cli.connection import ConnectionDocument, document_of
from claw.cli.output import EXIT_DEGRADED, ErrorBody, print_json, print_table, print_text
from claw.cli.runtime import Json, TenantName, run
from claw.engine.connection_checks import CheckOutcome
from claw.ports.connector import Proof

if TYPE_CHECKING:
    from claw.app import Engine


class ProofRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One proof: ``ok``, ``warning`` or ``failed``; what it costs and how to mend it."""

    proof: str
    outcome: str
    message: str
    cost: str | None = None
    mend: str | None = None


class CheckDocument(ConnectionDocument, kw_only=True, omit_defaults=True):
    """A connection as the check left it, the proofs, and what ended the check early."""

    ok: bool
    proofs: list[ProofRow]
    error: ErrorBody | None = None


def register(app: typer.Typer) -> None:
    """Add the command to the group of connections."""
    app.command()(check)


def check(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Prove credential, account, permissions, clock and rate against the source."""

    async def work(engine: "Engine") -> CheckOutcome:
        chosen = await engine.tenants.choose(tenant)
        return await engine.checks.check(chosen, name, trace_id=engine.trace_id)

    outcome = run(work, json=json)
    if json:
        print_json(_document(outcome))
    else:
        _print(outcome)
    if outcome.failed:
        raise typer.Exit(EXIT_DEGRADED)


def _document(outcome: CheckOutcome) -> CheckDocument:
    error = outcome.error
    return CheckDocument(
        **msgspec.structs.asdict(document_of(outcome.connection)),
        ok=not outcome.failed,
        proofs=[_row(proof) for proof in outcome.proofs],
        error=None
        if error is None
        else ErrorBody(code=error.code, message=error.message, hint=error.hint),
    )


def _row(proof: Proof) -> ProofRow:
    return ProofRow(
        proof=proof.name,
        outcome=proof.outcome,
        message=proof.message,
        cost=proof.cost,
        mend=proof.hint,
    )


def _print(outcome: CheckOutcome) -> None:
    connection = outcome.connection
    print_table(
        ("proof", "outcome", "what was found"),
        ((proof.name, proof.outcome, proof.message) for proof in outcome.proofs),
        empty="nothing was proved",
    )
    for proof in outcome.proofs:
        if proof.cost:
            print_text(f"{proof.name}: {proof.cost}")
        if proof.hint:
            print_text(f"  mend: {proof.hint}")
    if connection.status == "paused":
        print_text(
            f"{connection.name} is paused: {connection.paused_reason} "
            f"(`claw connection resume {connection.name}`)"
        )
