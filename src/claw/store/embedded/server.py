"""The embedded server as its users see it: take its URLs, give them back.

Any number of processes may use one home. The first starts the server, the last stops it.
Use is counted by a shared file lock, so a process that is killed counts no longer.
"""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from claw.store import roles
from claw.store.embedded import custodian
from claw.store.embedded.binaries import Binaries, wheel_binaries
from claw.store.embedded.cluster import DATABASE, SUPERUSER, Cluster, Options
from claw.store.embedded.layout import PORT, Layout, write_whole
from claw.store.embedded.locks import FileLock, exclusively
from claw.store.embedded.trouble import told

_LOCK_SECONDS = 90
_CUSTODIAN_SECONDS = 1.0
_LOGINS = (roles.OWNER, roles.APP, roles.WORKER)


@dataclass(frozen=True)
class Urls:
    """Connection URLs by role. They hold passwords, so they are not shown by ``repr``.

    ``superuser`` exists only where a test opened that login.
    """

    owner: str = field(repr=False)
    app: str = field(repr=False)
    worker: str = field(repr=False)
    superuser: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ServerStatus:
    """What is true of the server now."""

    running: bool
    pid: int | None
    kept: bool
    in_use: bool
    data: Path
    log: Path


class EmbeddedServer:
    """PostgreSQL under one home folder, started on demand."""

    def __init__(
        self, home: Path, *, binaries: Binaries | None = None, options: Options | None = None
    ) -> None:
        self._home = home
        self._layout = Layout.of(home)
        self._given_binaries = binaries
        self._options = options or Options()
        self._uses: list[FileLock] = []

    def acquire(self) -> Urls:
        """Use the server, starting it if it is not running.

        Raises:
            InstallationBroken: it cannot be started; code and hint say why.
        """
        layout = self._layout
        with told(self._home):
            layout.prepare()
            with exclusively(layout.server_lock, seconds=_LOCK_SECONDS):
                use = FileLock(layout.users_lock)
                try:
                    use.share()  # Waits while the previous last user's server is stopping.
                    cluster = self._cluster()
                    passwords = self._ensure_running(cluster)
                    self._ensure_custodian(cluster)
                except BaseException:
                    use.close()
                    raise
        self._uses.append(use)
        return self._urls(cluster, passwords)

    def release(self) -> None:
        """Give back one ``acquire``. The last user stops the server unless it is kept."""
        if not self._uses:
            return
        use = self._uses.pop()
        try:
            if use.try_own() and not self._layout.keep.exists():
                self._cluster().stop()
        finally:
            use.close()

    def start(self) -> None:
        """Start it and keep it running after its users end, until ``stop``."""
        self.acquire()
        with told(self._home):
            write_whole(self._layout.keep, "")
        self.release()

    def stop(self) -> bool:
        """Keep it no longer. False: others use it, it stops when the last of them ends."""
        layout = self._layout
        if not layout.server_lock.exists():
            return True
        with told(self._home), exclusively(layout.server_lock, seconds=_LOCK_SECONDS):
            layout.keep.unlink(missing_ok=True)
            if not layout.cluster().exists():
                return True
            cluster = self._cluster()
            users = FileLock(layout.users_lock)
            try:
                # The custodian owns the file for a moment whenever a last user ends; that
                # is nobody's use, so it is waited out.
                if users.own(seconds=_CUSTODIAN_SECONDS):
                    cluster.stop()
                    return True
            finally:
                users.close()
            self._ensure_custodian(cluster)
            return False

    def status(self) -> ServerStatus:
        """Look without starting anything."""
        layout = self._layout
        folder = layout.cluster()
        pid = None
        if folder.exists():
            pid = Cluster(folder, folder, self._binaries(), None, self._options).pid()
        return ServerStatus(
            running=pid is not None,
            pid=pid,
            kept=layout.keep.exists(),
            in_use=pid is not None and self._in_use(),
            data=folder / "data",
            log=folder / "postgresql.log",
        )

    def _in_use(self) -> bool:
        if not self._layout.users_lock.exists():
            return False
        users = FileLock(self._layout.users_lock)
        try:
            return not users.try_own()
        finally:
            users.close()

    def _binaries(self) -> Binaries:
        return self._given_binaries or wheel_binaries()

    def _cluster(self) -> Cluster:
        layout = self._layout
        account = layout.account()
        binaries = layout.reachable(self._binaries(), account)
        folder = layout.prepare_cluster(account)
        return Cluster(folder, layout.prepare_sockets(account), binaries, account, self._options)

    def _ensure_running(self, cluster: Cluster) -> dict[str, str]:
        if cluster.pid() is not None:
            return self._passwords()
        known = self._layout.passwords.exists()
        passwords = self._passwords() if known else self._new_passwords()
        if not cluster.exists():
            cluster.create(passwords)
        elif not known:
            cluster.install_roles(passwords)
        cluster.start()
        return passwords

    def _passwords(self) -> dict[str, str]:
        return dict(json.loads(self._layout.passwords.read_text(encoding="utf-8")))

    def _new_passwords(self) -> dict[str, str]:
        passwords = {role: secrets.token_urlsafe(24) for role in _LOGINS}
        write_whole(self._layout.passwords, json.dumps(passwords), mode=0o600)
        return passwords

    def _ensure_custodian(self, cluster: Cluster) -> None:
        layout = self._layout
        own = FileLock(layout.custodian_lock)
        try:
            if not own.try_own():
                return
            account = cluster.account
            ids = ("-1", "-1") if account is None else (str(account.uid), str(account.gid))
            subprocess.run(
                [
                    sys.executable, "-I", "-S", custodian.__file__,
                    str(layout.users_lock), str(layout.keep), str(own.fileno), *ids,
                    *cluster.stop_command(),
                ],
                pass_fds=(own.fileno,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                check=True,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            )  # fmt: skip
        finally:
            own.close()

    def _urls(self, cluster: Cluster, passwords: dict[str, str]) -> Urls:
        where = f"/{DATABASE}?host={quote(str(cluster.sockets), safe='/')}&port={PORT}"

        def url(role: str, password: str) -> str:
            return f"postgresql://{role}:{quote(password, safe='')}@{where}"

        superuser = self._options.superuser_password
        return Urls(
            *(url(role, passwords[role]) for role in _LOGINS),
            superuser=None if superuser is None else url(SUPERUSER, superuser),
        )
