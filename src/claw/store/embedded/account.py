"""Which operating-system account runs the server.

PostgreSQL refuses to run as root. Started by anybody else it runs as that person; started
by root it runs as an account without rights: ``claw-postgres``, which is created if the
machine allows it, else ``postgres`` or ``nobody``.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from claw.core.errors import InstallationBroken

_DEDICATED = "claw-postgres"
_FALLBACKS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An account other than our own that the server's programs run under."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether the account can reach ``folder`` through all its parents."""
        return all(self._may_search(part) for part in (folder, *folder.parents))

    def _may_search(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.gid:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)


def server_account(cluster: Path | None = None) -> Account | None:
    """The account for the server; None: run it as ourselves.

    An existing cluster keeps the account that owns it, whichever would be chosen today.
    """
    if os.geteuid() != 0:
        return None
    if cluster is not None and cluster.exists() and cluster.stat().st_uid != 0:
        return _account(pwd.getpwuid(cluster.stat().st_uid))
    if not _exists(_DEDICATED):
        _create(_DEDICATED)
    for name in (_DEDICATED, *_FALLBACKS):
        if _exists(name):
            return _account(pwd.getpwnam(name))
    raise InstallationBroken(
        "PostgreSQL does not run as root and this machine has no other account for it",
        code="embedded_account_missing",
        hint=f"create one (useradd --system {_DEDICATED}), or run Claw as an ordinary user",
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _exists(name: str) -> bool:
    try:
        return pwd.getpwnam(name).pw_uid != 0
    except KeyError:
        return False


def _create(name: str) -> None:
    """Try to; a machine that forbids it falls back to an account that exists."""
    useradd = shutil.which("useradd")
    if useradd is not None:
        arguments = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([useradd, *arguments, name], capture_output=True, check=False)
