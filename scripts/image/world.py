"""A machine for the image alone: its mounts, its loopback and what runs in it.

Entered by ``unshare`` before this starts, so mounts, processes and the network end with
it. The root file system is the image's own, read-only, with the mounts that compose.yaml
gives it; processes get the image's user, its environment and no privileges.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRATCH = Path("/mnt")
"""Where everything is put; a file system in memory that nobody else sees."""

SECRETS = Path("run/secrets")
_DEVICES = ("null", "zero", "random", "urandom")
_COMMAND_SECONDS = 120
_GRACE_SECONDS = 60


class ImageWrong(Exception):
    """The image does not do what it must; the message says what."""


@dataclass(frozen=True)
class Ran:
    """What a command of the image did."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Image:
    """The image as an engine reads it: entry point, user, environment, health check."""

    entrypoint: list[str]
    user: str
    environment: dict[str, str]
    health: list[str]
    stop_signal: str

    @classmethod
    def read(cls, inspected: Path) -> Image:
        """From what ``buildah inspect`` says of it."""
        config: dict[str, Any] = json.loads(inspected.read_text())["Docker"]["config"]
        kind, *health = config["Healthcheck"]["Test"]
        if kind != "CMD":
            raise ImageWrong("the health check needs a shell")
        return cls(
            entrypoint=config["Entrypoint"],
            user=config["User"],
            environment=dict(entry.split("=", 1) for entry in config["Env"]),
            health=health,
            stop_signal=config["StopSignal"],
        )


@dataclass(frozen=True)
class Process:
    """A command of the image that runs; ``out`` and ``err`` take what it prints."""

    name: str
    running: subprocess.Popen[bytes]
    out: Path
    err: Path

    def end(self, signal_name: str) -> int:
        """Send the signal and wait; return the exit status."""
        self.running.send_signal(signal.Signals[signal_name])
        try:
            return self.running.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.running.kill()
            raise ImageWrong(f"{self.name} did not end on {signal_name}") from None


def prepare() -> None:
    """Bring up loopback and a place for everything. Needs root and namespaces of our own."""
    _call("ip", "link", "set", "lo", "up")
    _call("mount", "-t", "tmpfs", "-o", "mode=0755,size=1g", "scratch", str(SCRATCH))


class Machine:
    """The image's root file system, mounted, and a way to run its commands."""

    def __init__(self, image: Image, root: Path) -> None:
        self.image = image
        self._root = root

    @classmethod
    def assemble(cls, image: Image, files: Path, secrets: Path) -> Machine:
        """Mount the image's files, what compose.yaml gives them, and the secrets."""
        root = SCRATCH / "root"
        root.mkdir()
        _call("mount", "--bind", str(files), str(root))
        _call("mount", "-o", "remount,bind,ro", str(root))
        _call("mount", "-t", "proc", "-o", "nosuid,nodev,noexec", "proc", str(root / "proc"))
        for folder, options in (
            ("tmp", "mode=1777,size=64m,noexec,nosuid,nodev"),
            ("run", "mode=0755,size=1m"),
            ("dev", "mode=0755,size=1m"),
        ):
            _call("mount", "-t", "tmpfs", "-o", options, folder, str(root / folder))
        for device in _DEVICES:
            (root / "dev" / device).touch()
            _call("mount", "--bind", f"/dev/{device}", str(root / "dev" / device))
        shutil.copytree(secrets, root / SECRETS)
        (root / SECRETS).chmod(0o755)
        _call("mount", "-o", "remount,ro", str(root / "run"))
        return cls(image, root)

    def claw(self, *arguments: str, **environment: str) -> Ran:
        """Run the image's entry point to its end."""
        return self.run(*self.image.entrypoint, *arguments, **environment)

    def run(self, *command: str, **environment: str) -> Ran:
        """Run any program of the image to its end."""
        done = subprocess.run(
            self._enter(command),
            env=self._environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, name: str, *arguments: str, **environment: str) -> Process:
        """Start the image's entry point and leave it running."""
        out, err = SCRATCH / f"{name}.out", SCRATCH / f"{name}.err"
        with out.open("wb") as printed, err.open("wb") as told:
            running = subprocess.Popen(
                self._enter((*self.image.entrypoint, *arguments)),
                env=self._environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=told,
            )
        return Process(name, running, out, err)

    def healthy(self) -> bool:
        """Whether the image's own health check passes."""
        return self.run(*self.image.health).code == 0

    def _enter(self, command: tuple[str, ...]) -> list[str]:
        setpriv, chroot = shutil.which("setpriv"), shutil.which("chroot")
        if setpriv is None or chroot is None:
            raise ImageWrong("setpriv and chroot are missing on this machine")
        # Each replaces itself by the next, so that a signal reaches the command.
        return [
            setpriv, "--no-new-privs",
            chroot, f"--userspec={self.image.user}", "--groups=", str(self._root),
            *command,
        ]  # fmt: skip

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**self.image.environment, **more}


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode != 0:
        raise ImageWrong(f"{' '.join(command)}: {done.stderr.strip()}")
