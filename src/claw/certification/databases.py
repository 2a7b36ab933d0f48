"""Empty, migrated databases on a server that is thrown away."""

import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from claw.core.errors import InternalError
from claw.store import roles
from claw.store.embedded import EmbeddedServer, Options, Urls
from claw.store.migrate import migrate

_TEMPLATE = "claw_rehearsal"
# The login of a server that lives in a private folder for minutes and holds invented data.
_SUPERUSER_PASSWORD = "rehearsal"  # noqa: S105


class ScratchServer:
    """An embedded server in a temporary folder, started when it is first needed."""

    def __init__(self) -> None:
        self._home: Path | None = None
        self._server: EmbeddedServer | None = None
        self._urls: Urls | None = None
        self._numbers = count(1)

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[str]:
        """The application's URL of a fresh, migrated, empty database."""
        urls = self._urls or await self._start()
        name = f"rehearsal_{next(self._numbers)}"
        await _run(urls, f"create database {name} template {_TEMPLATE} owner {roles.OWNER}")
        for grant in roles.database_grants(name):
            await _run(urls, grant)
        try:
            yield _at(urls.app, name)
        finally:
            await _run(urls, f"drop database {name} with (force)")

    def close(self) -> None:
        """Stop the server and remove all it held."""
        if self._server is not None:
            self._server.release()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
        self._server = self._home = self._urls = None

    async def _start(self) -> Urls:
        self._home = Path(tempfile.mkdtemp(prefix="claw-certify-"))
        # The server may run as an account of its own, which must be able to get there.
        self._home.chmod(0o755)
        options = Options(fast=True, superuser_password=_SUPERUSER_PASSWORD)
        self._server = EmbeddedServer(self._home, options=options)
        urls = self._server.acquire()
        await _run(urls, f"create database {_TEMPLATE} owner {roles.OWNER}")
        await migrate(_at(urls.owner, _TEMPLATE))
        self._urls = urls
        return urls


def _at(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _run(urls: Urls, statement: str) -> None:
    if urls.superuser is None:
        raise InternalError("the scratch server has no superuser", code="rehearsal_server")
    connection = await asyncpg.connect(_at(urls.superuser, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
