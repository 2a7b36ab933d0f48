"""What a mapper may not reach for is noticed, however it was imported."""

import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import time as imported_before

import pytest

from claw.connect.conformance.traps import trapped
from claw.core.phones import parse_phones
from claw.core.time import parse_date, resolve_local

HERE = Path(__file__)


REACHES: dict[str, Callable[[], object]] = {
    "time.time": time.time,
    "time.time, imported before": imported_before,
    "time.monotonic": time.monotonic,
    "time.localtime": time.localtime,
    "datetime.now": lambda: datetime.now(UTC),
    "date.today": date.today,
    "random.random": random.random,
    "a seeded generator": lambda: random.Random(1).shuffle([1, 2]),
    "secrets": lambda: secrets.token_hex(4),
    "uuid4": uuid.uuid4,
    "environ.get": lambda: os.environ.get("HOME"),
    "environ[]": lambda: os.environ["PATH"],
    "getenv": lambda: os.getenv("HOME"),
    "getcwd": os.getcwd,
    "reading a file": lambda: HERE.read_text(encoding="utf-8"),
    "whether a file is there": HERE.exists,
    "opening a file": lambda: HERE.open("rb").close(),
    "a socket": lambda: socket.socket().close(),
    "a process": lambda: subprocess.run([sys.executable, "-V"], check=True, capture_output=True),
    "a thread": lambda: threading.Thread(target=int).start(),
}


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_reaching_out_is_noticed(reach: Callable[[], object]) -> None:
    with trapped() as reached:
        reach()
    assert reached


def test_what_mappers_do_all_day_is_not() -> None:
    def map_something() -> object:
        day = parse_date("2026-11-24")
        wall = datetime.combine(day, datetime.min.time())
        said = f"{resolve_local('Australia/Sydney', wall).instant:%H:%M}"
        return said, parse_phones("0491 570 156", "AU", "mobile"), sorted({3, 1}), "a".upper()

    map_something()  # zones and phone metadata are read from files the first time
    with trapped() as reached:
        map_something()
    assert reached == []


def test_nothing_is_left_behind_and_a_profiler_comes_back() -> None:
    calls: list[str] = []

    def profiler(frame: object, event: str, arg: object) -> None:
        calls.append(event)

    sys.setprofile(profiler)
    try:
        with trapped():
            pass
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
