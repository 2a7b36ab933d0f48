"""No token and no client secret is anywhere it could be read: rows, logs, reports, errors."""

import io
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from claw.core.errors import InstallationBroken
from claw.store.tenancy import Pool
from claw.telemetry import configure_logs, logger
from claw_testing.oauth_world import OAuthWorld, oauth_world

HOUR = 3600.0


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What the real logger writes at its most talkative."""
    stream = io.StringIO()
    configure_logs(format_="json", level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()


def secrets_of(world: OAuthWorld) -> set[str]:
    """Every secret that there ever was: the client's, and all tokens given."""
    tokens = world.tokens
    return {tokens.client_secret, *tokens._access, *tokens._families}


async def dumped(world: OAuthWorld) -> str:
    """Every row that the application can see, as the database writes it."""
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        tables = await tx.fetch(
            """
            select c.oid::regclass::text as name from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'claw' and c.relkind in ('r', 'p')
              and has_table_privilege(c.oid, 'select')
            """
        )
        rows = [
            row["row"]
            for table in tables
            for row in await tx.fetch(f"select t::text as row from {table['name']} t")
        ]
    return "\n".join(rows)


async def test_no_secret_lies_in_rows_logs_reports_or_errors(pool: Pool, logs: io.StringIO) -> None:
    async with oauth_world(pool, "echo_authorization", "token_503:1") as world:
        world.log = logger()
        told = [msgspec.json.encode(await world.sync()).decode()]
        world.tokens.expire()
        told.append(msgspec.json.encode(await world.sync()).decode())
        world.tokens.revoke()
        await world.pass_seconds(HOUR)
        told.append(msgspec.json.encode(await world.sync()).decode())
        assert "auth_revoked" in told[-1]
        told += [repr(each) for each in world.notebook.attempts]
        told += [repr(each) for each in (*world.simulator.log, *world.tokens.log)]
        told += [await dumped(world), logs.getvalue()]
        assert "/oauth2/token" in logs.getvalue()
        assert len(secrets_of(world)) > 4
        for secret in secrets_of(world):
            for text in told:
                assert secret not in text
                assert secret.encode().hex() not in text


async def test_a_kept_token_opens_for_its_own_tenant_and_purpose_alone(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        grant, tenant_id = await world.grant(), world.tenant.tenant_id
        purpose = f"grant:{world.connection.connection_id}:access"
        token = world.box.open(tenant_id, purpose, grant["access_token"])
        assert world.tokens.accepts(token)
        with pytest.raises(InstallationBroken):
            world.box.open(world.connection.connection_id, purpose, grant["access_token"])
        with pytest.raises(InstallationBroken):
            world.box.open(tenant_id, purpose.replace("access", "refresh"), grant["access_token"])
