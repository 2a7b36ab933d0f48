"""What follows when a source refuses a connection's credential, and when it takes it again.

A refusal pauses the connection and opens one task for a person; however often and by
whomever it is met, there is one. The pause belongs to the task: what closes the task lifts
it, and a pause that a person made is never touched.
"""

from collections.abc import Collection
from datetime import datetime

from claw.core.events.catalog import ConnectionPaused, ConnectionResumed, ReconnectAsked
from claw.ports.connection_store import Connection
from claw.ports.connector_errors import AuthRevoked
from claw.ports.manifest import AuthSpec
from claw.ports.unit_of_work import UnitOfWork

BY_CLAW = "claw"
"""Who sets a status when nobody asked for it."""


async def ask_to_reconnect(
    uow: UnitOfWork, connection: Connection, error: AuthRevoked, *, at: datetime
) -> None:
    """Pause the connection and ask a person to connect it again, once."""
    reason = f"{error.code}: {error.message}"
    if await uow.reconnects.open(connection.connection_id, reason=reason, at=at):
        asked = ReconnectAsked(connection=connection.name, code=error.code)
        uow.events.add(asked, subject=connection.name, at=at)
    if connection.status == "active":
        paused = ConnectionPaused(connection=connection.name, by="claw")
        uow.events.add(paused, subject=connection.name, at=at)
        await uow.connections.set_status(
            connection.connection_id, "paused", reason, by=BY_CLAW, at=at
        )


async def note_reconnected(
    uow: UnitOfWork, connection: Connection, *, by: str, at: datetime
) -> None:
    """Close the task, if one is open, and lift the pause that came with it."""
    closed = await uow.reconnects.close(connection.connection_id, by=by, at=at)
    refused = (connection.paused_reason or "").startswith(f"{AuthRevoked.code}:")
    if closed and connection.status == "paused" and refused:
        resumed = ConnectionResumed(connection=connection.name, by="claw")
        uow.events.add(resumed, subject=connection.name, at=at)
        await uow.connections.set_status(
            connection.connection_id, "active", None, by=BY_CLAW, at=at
        )


def left_behind(auth: AuthSpec, given: Collection[str]) -> tuple[str, ...]:
    """The secrets whose way in another one now takes the place of. Pure.

    A key as it is and OAuth 2 exclude each other; new secrets of both leave nothing behind,
    and are refused where they are checked.
    """
    spec = auth.oauth2
    if spec is None or auth.secret is None:
        return ()
    key, tokens = auth.secret in given, any(name in given for name in spec.secrets())
    if key == tokens:
        return ()
    return spec.secrets() if key else (auth.secret,)


async def start_over(
    uow: UnitOfWork,
    connection: Connection,
    auth: AuthSpec,
    given: Collection[str],
    *,
    at: datetime,
) -> None:
    """A person gave new secrets: let the grant be tried again, and close the task."""
    if auth.secret in given:
        await uow.grants.forget(connection.connection_id)
    else:
        await uow.grants.reopen(connection.connection_id)
    await uow.reconnects.close(connection.connection_id, by="rotate", at=at)
