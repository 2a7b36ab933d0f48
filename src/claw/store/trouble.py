"""What the database's own errors mean for whoever must act. Passwords never get out."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg

from claw.core.errors import InstallationBroken, Refused

_REACHING = (OSError, asyncio.TimeoutError, asyncpg.CannotConnectNowError)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # The client's own word for a connection that is closed already.
    asyncpg.InterfaceError,
)
_WRONG_LOGIN = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def where(url: str) -> str:
    """The server and database of a URL, without its login."""
    parts = urlsplit(url)
    host = parts.hostname or "a local socket"
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path}"


@contextmanager
def told(place: str) -> Generator[None]:
    """Turn trouble with reaching and entering a database into an ``InstallationBroken``."""
    with server_trouble(place):
        try:
            yield
        except _WRONG_LOGIN as error:
            raise InstallationBroken(
                f"the database at {place} refuses the login: {type(error).__name__}",
                code="database_login",
                field="CLAW_DATABASE_URL",
                hint="check user, password and database name of the URL",
            ) from None
        except asyncpg.ClientConfigurationError:
            # Its words may quote the URL.
            raise InstallationBroken(
                "the database URL has an option that cannot be used",
                code="database_url",
                field="CLAW_DATABASE_URL",
                hint="check what follows the ? of the URL, such as sslmode and sslrootcert",
            ) from None
        except (asyncpg.InvalidSchemaNameError, asyncpg.UndefinedTableError) as error:
            raise InstallationBroken(
                f"the database at {place} is not migrated",
                code="database_not_migrated",
                hint="run `claw db migrate`",
            ) from error
        except _REACHING as error:
            raise _unreachable(place, error) from error


@contextmanager
def server_trouble(place: str) -> Generator[None]:
    """Turn what the server says of its own state into what it means for who asked.

    Raises:
        InstallationBroken: what an operator must mend.
        Refused: ``busy``, where a lock was not to be had in time.
    """
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise InstallationBroken(
            f"no space left for the database at {place}",
            code="disk_full",
            hint="free some space; nothing was lost, what was under way was rolled back",
        ) from error
    except asyncpg.ReadOnlySQLTransactionError as error:
        raise InstallationBroken(
            f"the database at {place} is read-only",
            code="read_only",
            field="CLAW_DATABASE_URL",
            hint="give the URL of the primary server",
        ) from error
    except asyncpg.LockNotAvailableError as error:
        raise Refused(
            "somebody else has been writing the same data for longer than we wait",
            code="busy",
            hint="nothing was changed; try again in a minute",
        ) from error
    except asyncpg.InsufficientResourcesError as error:
        raise InstallationBroken(
            f"the database at {place} is out of resources: {type(error).__name__}",
            code="database_exhausted",
            hint="give it more memory or connections, or run fewer workers",
        ) from error
    except asyncpg.QueryCanceledError as error:
        raise InstallationBroken(
            f"the database at {place} took too long for a statement, or somebody cancelled it",
            code="database_slow",
            hint="nothing of it was kept; see what else the server is doing, then try again",
        ) from error
    except _LOST as error:
        raise InstallationBroken(
            f"the database at {place} ended the connection: {type(error).__name__}",
            code="database_lost",
            hint="nothing unfinished was kept; see that the server runs, then try again",
        ) from error


def _unreachable(place: str, error: BaseException) -> InstallationBroken:
    return InstallationBroken(
        f"the database at {place} cannot be reached: {type(error).__name__}",
        code="database_unreachable",
        field="CLAW_DATABASE_URL",
        hint="start it, or check host and port of the URL",
    )
