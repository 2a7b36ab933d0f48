"""One PostgreSQL cluster on disk: make it, start it, stop it, recover it.

Callers hold the server lock (or are the only user), so nothing here runs twice at once.
Nobody ever connects as the superuser: roles are installed in single-user mode before the
server listens, and the access rules then turn everybody else away.
"""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claw.core.errors import InstallationBroken
from claw.store import roles
from claw.store.embedded.account import Account
from claw.store.embedded.binaries import Binaries
from claw.store.embedded.layout import PORT, write_whole
from claw.store.embedded.trouble import failed_program

DATABASE = "claw"
SUPERUSER = "postgres"
_START_SECONDS = 60
_LEFTOVER_SECONDS = 10


@dataclass(frozen=True)
class Options:
    """How the server runs. The defaults are for data that matters.

    ``fast`` gives up durability at a crash; ``superuser_password`` opens the superuser's
    login. Both are for tests that throw the cluster away.
    """

    fast: bool = False
    superuser_password: str | None = None


@dataclass(frozen=True)
class Cluster:
    """The cluster in ``folder``, run by ``account`` (None: ourselves)."""

    folder: Path
    sockets: Path
    binaries: Binaries
    account: Account | None
    options: Options

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log. It holds no statements and no values."""
        return self.folder / "postgresql.log"

    def exists(self) -> bool:
        """Whether it was made completely."""
        return (self.data / "PG_VERSION").exists()

    def create(self, passwords: dict[str, str]) -> None:
        """Make the cluster; it gets its name only when it is complete."""
        unfinished = self.folder / "data.partial"
        self._remove(unfinished)
        arguments = ["--username", SUPERUSER, "--auth", "reject", "--encoding", "UTF8"]
        arguments += ["--locale", "C", "--no-instructions"]
        if self.options.fast:
            arguments.append("--no-sync")
        self._run("initdb", "--pgdata", str(unfinished), *arguments)
        self._install_roles(unfinished, passwords)
        unfinished.rename(self.data)

    def install_roles(self, passwords: dict[str, str]) -> None:
        """Set the login roles anew, for when the password file was lost. Not while it runs."""
        self._install_roles(self.data, passwords)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self._check_version()
        self._forget_dead_server()
        write_whole(self.data / "claw.conf", self._settings(), account=self.account)
        write_whole(self.data / "pg_hba.conf", self._access(), account=self.account)
        self._pg_ctl(
            "start", "-l", str(self.log), "-w", "-t", str(_START_SECONDS), "-o",
            f"-c config_file={shlex.quote(str(self.data / 'claw.conf'))}",
        )  # fmt: skip

    def stop_command(self) -> list[str]:
        """The command that stops it: open sessions are ended, committed work is kept."""
        return [
            self.binaries.program("pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-s",
        ]  # fmt: skip

    def stop(self) -> None:
        """Stop the server if it runs."""
        if self.pid() is not None:
            self._pg_ctl("stop", "-m", "fast", "-w")

    def pid(self) -> int | None:
        """The running server's process, or None. A pid that now belongs to another is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        if Path("/proc/self/cwd").exists():
            # A server process works in its data folder.
            return _works_in(pid, self.data)
        shown = subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
        return str(self.data) in shown.stdout

    def _forget_dead_server(self) -> None:
        """Remove the pid file of a server that is gone.

        PostgreSQL does this itself unless the pid was given to another process; then it
        would refuse for ever. Its children may outlive it for a moment and still write, so
        they are waited for first.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        while any(_works_in(pid, self.data) for pid in _processes()):
            if time.monotonic() > deadline:
                raise InstallationBroken(
                    "processes of a server that died are still at work in its data folder",
                    code="embedded_leftovers",
                    hint=f"end the postgres processes that work in {self.data}",
                )
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def _install_roles(self, data: Path, passwords: dict[str, str]) -> None:
        statements = [roles.create_role(role) for role in roles.ALL_ROLES]
        statements += [roles.restrict_role(role) for role in roles.ALL_ROLES]
        statements += [roles.allow_login(role, passwords[role]) for role in sorted(passwords)]
        for role in (roles.OWNER, roles.APP, roles.WORKER):
            statements += roles.session_settings(role, role)
        statements.append(roles.grant_platform())
        if self.options.superuser_password is not None:
            statements.append(roles.allow_login(SUPERUSER, self.options.superuser_password))
        if data != self.data:
            statements.append(f"create database {DATABASE} owner {roles.OWNER}")
            statements += roles.database_grants(DATABASE)
        # exit_on_error: otherwise single-user mode goes on after an error and reports success.
        self._run(
            "postgres", "--single", "-j", "-D", str(data), "-c", "exit_on_error=on",
            "-c", "log_min_error_statement=panic", "-c", f"fsync={self._durable()}", "postgres",
            stdin="".join(f"{statement};\n\n" for statement in statements),
        )  # fmt: skip

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(self.binaries.major):
            raise InstallationBroken(
                f"the data was written by PostgreSQL {found}, this Claw brings"
                f" {self.binaries.major}",
                code="database_version_mismatch",
                hint="dump it with the Claw that wrote it and load the dump into an empty home",
            )

    def _durable(self) -> str:
        return "off" if self.options.fast else "on"

    def _settings(self) -> str:
        durable = self._durable()
        settings = {
            "data_directory": str(self.data),
            "hba_file": str(self.data / "pg_hba.conf"),
            "ident_file": str(self.data / "pg_ident.conf"),
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "jit": "off",
            "fsync": durable,
            "synchronous_commit": durable,
            "full_page_writes": durable,
            # Statements, parameters and row values can hold customers' data.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
        }
        lines = (f"{name} = {roles.literal(value)}" for name, value in settings.items())
        return "# Written at every start; changes are lost.\n" + "\n".join(lines) + "\n"

    def _access(self) -> str:
        if self.options.superuser_password is not None:
            return "local all all scram-sha-256\n"
        names = f"{roles.OWNER},{roles.APP},{roles.WORKER}"
        return f"local {DATABASE} {names} scram-sha-256\nlocal all all reject\n"

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, "-D", str(self.data), "-s", *arguments)

    def _run(self, program: str, *arguments: str, stdin: str | None = None) -> None:
        command = [self.binaries.program(program), *arguments]
        account = self.account
        done = subprocess.run(
            command,
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        if done.returncode != 0:
            raise failed_program(program, done.stderr + done.stdout + self._log_tail(), self.log)

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""

    def _remove(self, folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)


def _processes() -> Sequence[int]:
    proc = Path("/proc")
    return [int(p.name) for p in proc.iterdir() if p.name.isdigit()] if proc.exists() else []


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder
    except OSError:
        return False
