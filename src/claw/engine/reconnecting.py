"""What follows when a source refuses a connection's credential, and when it takes it again.

A refusal pauses the connection and opens one task for a person; however often and by
whomever it is met, there is one. The pause belongs to the task: what closes the task lifts
it, and a pause that a person made is never touched.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from claw.core.events.catalog import ConnectionPaused, ConnectionResumed, ReconnectAsked
from claw.ports.connection_store import Connection
from claw.ports.connector_errors import AuthRevoked
from claw.ports.manifest import AuthSpec
from claw.ports.unit_of_work import UnitOfWork

BY_CLAW = "claw"
"""Who sets a status when nobody asked for it."""


async def ask_to_reconnect(
    uow: UnitOfWork,
    connection: Connection,
    error: AuthRevoked,
    *,
    used: Mapping[str, bytes],
    at: datetime,
) -> None:
    """Pause the connection and ask a person to connect it again, once.

    ``used`` are the sealed secrets that were refused. Where a person has given others since,
    the refusal says nothing of those, and nothing follows from it.
    """
    now = await uow.connections.lock(connection.connection_id)
    if now.status == "removed" or not await still_used(uow, connection, used):
        return
    reason = f"{error.code}: {error.message}"
    if await uow.reconnects.open(now.connection_id, reason=reason, at=at):
        asked = ReconnectAsked(connection=now.name, code=error.code)
        uow.events.add(asked, subject=now.name, at=at)
    if now.status == "active":
        paused = ConnectionPaused(connection=now.name, by="claw")
        uow.events.add(paused, subject=now.name, at=at)
        await uow.connections.set_status(now.connection_id, "paused", reason, by=BY_CLAW, at=at)


async def still_used(uow: UnitOfWork, connection: Connection, used: Mapping[str, bytes]) -> bool:
    """Whether nobody has given secrets since ``used``, be they the same in the clear."""
    return await uow.connections.sealed_secrets(connection.connection_id) == used


async def note_reconnected(uow: UnitOfWork, now: Connection, *, by: str, at: datetime) -> None:
    """Close the task, if one is open, and lift the pause that came with it.

    ``now`` is the connection as it is locked in this transaction.
    """
    closed = await uow.reconnects.close(now.connection_id, by=by, at=at)
    refused = (now.paused_reason or "").startswith(f"{AuthRevoked.code}:")
    if closed and now.status == "paused" and refused:
        resumed = ConnectionResumed(connection=now.name, by="claw")
        uow.events.add(resumed, subject=now.name, at=at)
        await uow.connections.set_status(now.connection_id, "active", None, by=BY_CLAW, at=at)


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
