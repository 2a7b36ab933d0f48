"""Where everything of the embedded server lies.

Under ``<home>/postgres``: the locks, ``passwords.json`` (mode 0600), the ``keep`` mark and
normally ``cluster/`` with the data, the log and the socket folder.

Two things can force a part of it elsewhere; ``place.json`` then records where:

- Run by root, the server's account must reach the cluster. When it cannot enter home (for
  example below ``/root``), the cluster is ``/var/lib/claw/<digest of home>-<random>``. It is
  named by ``place.json`` and names its home in ``home.json``. When home was deleted nobody has
  its passwords any more; the next such cluster that is made clears it away.
- A Unix socket's path has a limit of about a hundred bytes. Where the cluster's own folder
  is too deep, the socket lies in a folder of mode 0700 below the system's temporary folder.
"""

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from claw.store.embedded.account import Account, server_account
from claw.store.embedded.binaries import Binaries, copy_binaries

PORT = 5432
_SOCKET_NAME = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET_PATH = 103  # macOS; Linux allows 107.
_SYSTEM_FOLDER = Path("/var/lib/claw")


@dataclass(frozen=True)
class Layout:
    """The paths of one installation."""

    root: Path

    @classmethod
    def of(cls, home: Path) -> "Layout":
        """The layout below ``home``, which need not exist yet."""
        return cls(home.resolve() / "postgres")

    @property
    def server_lock(self) -> Path:
        """Held while the server is started, stopped or asked about."""
        return self.root / "server.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.root / "users.lock"

    @property
    def custodian_lock(self) -> Path:
        """Held by the living custodian."""
        return self.root / "custodian.lock"

    @property
    def keep(self) -> Path:
        """Exists while the server shall outlive its users."""
        return self.root / "keep"

    @property
    def passwords(self) -> Path:
        """Passwords of the login roles, readable by the owner of home alone."""
        return self.root / "passwords.json"

    def prepare(self) -> None:
        """Create the folder. As root others may pass through, but not look."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        if not self.root.parent.exists():
            self.root.parent.mkdir(parents=True, mode=mode)
        self.root.mkdir(exist_ok=True, mode=mode)

    def account(self) -> Account | None:
        """The account that runs the server; None: ourselves."""
        return server_account(self.cluster())

    def cluster(self) -> Path:
        """The cluster's folder as recorded; not created by this call."""
        return Path(self._place().get("cluster") or self.root / "cluster")

    def prepare_cluster(self, account: Account | None) -> Path:
        """The cluster's folder, created where the server's account can reach it."""
        folder = self.cluster()
        if not folder.exists() and account is not None and not account.may_enter(self.root):
            _clear_homeless()
            digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
            folder = _SYSTEM_FOLDER / f"{digest}-{secrets.token_hex(3)}"
            self._record("cluster", folder)
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            folder.mkdir(mode=0o700)
            belongs = {"home": str(self.root), "device": self.root.stat().st_dev}
            write_whole(folder / "home.json", json.dumps(belongs))
            give_to(folder, account)
        return folder

    def prepare_sockets(self, account: Account | None) -> Path:
        """The socket folder: 0700, and short enough for a socket's path."""
        recorded = self._place().get("sockets")
        if recorded and Path(recorded).is_dir() and _is_private(Path(recorded), account):
            return Path(recorded)
        own = self.cluster() / "socket"
        if len(os.fsencode(own / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
            if not own.is_dir():
                own.mkdir(mode=0o700)
                give_to(own, account)
            return own
        folder = Path(tempfile.mkdtemp(prefix="claw-", dir=_short_temporary_folder(account)))
        give_to(folder, account)
        self._record("sockets", folder)
        return folder

    def reachable(self, binaries: Binaries, account: Account | None) -> Binaries:
        """``binaries``, or a copy of them when the server's account cannot enter their folder."""
        if account is None or account.may_enter(binaries.folder):
            return binaries
        found = (binaries.folder / "postgres").stat()
        stamp = f"{binaries.folder}:{found.st_size}:{int(found.st_mtime)}"
        digest = hashlib.sha256(stamp.encode()).hexdigest()[:12]
        _SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
        return copy_binaries(binaries, _SYSTEM_FOLDER / f"postgresql-{binaries.major}-{digest}")

    def _place(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.root / "place.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def _record(self, part: str, folder: Path) -> None:
        place = self._place() | {part: str(folder)}
        write_whole(self.root / "place.json", json.dumps(place, indent=2), mode=0o600)


def give_to(path: Path, account: Account | None) -> None:
    """Make the server's account the owner."""
    if account is not None:
        shutil.chown(path, account.uid, account.gid)


def write_whole(
    path: Path, text: str, *, mode: int = 0o600, account: Account | None = None
) -> None:
    """Replace a file in one step: it is read old or new, never half."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        give_to(new, account)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _clear_homeless() -> None:
    """Remove the stopped clusters below ``_SYSTEM_FOLDER`` whose home was deleted.

    A home whose disk is not mounted now also seems gone; then the nearest folder that is
    there lies on another device than home did.
    """
    for folder in _SYSTEM_FOLDER.glob("*-*") if _SYSTEM_FOLDER.is_dir() else ():
        try:
            belongs = json.loads((folder / "home.json").read_text(encoding="utf-8"))
            home, device = Path(belongs["home"]), int(belongs["device"])
        except (OSError, ValueError, KeyError):
            continue
        nearest = next(place for place in (home, *home.parents) if place.exists())
        deleted = nearest != home and nearest.stat().st_dev == device
        if deleted and not (folder / "data" / "postmaster.pid").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _is_private(folder: Path, account: Account | None) -> bool:
    found = folder.lstat()
    owner = os.geteuid() if account is None else account.uid
    return found.st_uid == owner and found.st_mode & 0o077 == 0


def _short_temporary_folder(account: Account | None) -> str:
    usual = tempfile.gettempdir()
    longest_name = "claw-12345678"
    path = os.fsencode(f"{usual}/{longest_name}/{_SOCKET_NAME}")
    too_long = len(path) > _LONGEST_SOCKET_PATH
    if too_long or (account is not None and not account.may_enter(Path(usual))):
        return "/tmp"  # noqa: S108  # only a folder of mode 0700 is made in it
    return usual
