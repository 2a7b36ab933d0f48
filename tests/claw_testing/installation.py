"""A whole installation for one test: its own home, a simulator on loopback, the real command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from claw.connectors.simpro.simulator import Simulator, create_simulator

NOW = "2026-11-24T19:00:00Z"
TODAY = date(2026, 11, 25)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CLAW = Path(sys.executable).with_name("claw")


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON Lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Installation:
    """``CLAW_HOME`` and the environment of its commands, at 06:00 in Sydney."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def claw(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        """Run the command."""
        done = subprocess.run(
            [str(CLAW), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self._environment(environment),
            cwd=self.home,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start the command and leave it running."""
        return subprocess.Popen(
            [str(CLAW), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(environment),
            cwd=self.home,
        )

    def create_tenant(self, slug: str = "harbour", zone: str = "Australia/Sydney") -> None:
        """A trades business."""
        ran = self.claw(
            "tenant", "create", slug, "--name", slug.title(), "--zone", zone,
            "--country", "AU", "--vertical", "trades",
        )  # fmt: skip
        assert ran.code == 0, ran.err

    def connect(
        self, base_url: str, key: str, *, tenant: str = "harbour", company: int = 2
    ) -> None:
        """Connect a simulator, as fast as the vendor allows."""
        ran = self.claw(
            "connection", "add", "simpro", "--tenant", tenant, "--name", "simpro",
            "--set", f"base_url={base_url}", "--set", f"company_id={company}",
            "--set", "requests_per_second=10", "--secret", "api_key=env:SIMPRO_KEY",
            SIMPRO_KEY=key,
        )  # fmt: skip
        assert ran.code == 0, ran.err

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CLAW_HOME": str(self.home / "data"),
            "CLAW_ENV": "test",
            "CLAW_CLOCK": f"fixed:{NOW}",
            "CLAW_SECRET_KEY": KEY,
            **self.environment,
            **more,
        }


def simulator(*faults: str, seed: int = 1) -> Simulator:
    """The vendor on the tests' day."""
    return create_simulator(seed=seed, today=TODAY, faults=faults)
