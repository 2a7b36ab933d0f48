"""The server runs exactly as long as somebody uses it, however they end."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from claw.core.errors import InstallationBroken
from claw.store.embedded import Binaries, EmbeddedServer, Options

FAST = Options(fast=True)
_USE_AND_WAIT = """
import sys, time
from pathlib import Path
from claw.store.embedded import EmbeddedServer, Options
EmbeddedServer(Path(sys.argv[1]), options=Options(fast=True)).acquire()
print("using", flush=True)
time.sleep(60)
"""


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with PostgreSQL."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def home() -> Iterator[Path]:
    # Not pytest's own folder: the account that runs the server for root cannot enter it.
    folder = Path(tempfile.mkdtemp(prefix="claw-home-"))
    folder.chmod(0o711)
    yield folder
    EmbeddedServer(folder).stop()
    shutil.rmtree(folder)


async def ask(url: str, question: str = "select current_user") -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def eventually(claim: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_running(home: Path) -> bool:
    return EmbeddedServer(home).status().running


def user_process(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _USE_AND_WAIT, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "using\n"
    process.stdout.close()
    return process


async def test_it_starts_on_demand_and_stops_with_its_last_user(home: Path) -> None:
    first, second = EmbeddedServer(home, options=FAST), EmbeddedServer(home, options=FAST)
    urls = first.acquire()
    assert second.acquire() == urls
    first.release()
    assert await ask(urls.app) == "claw_app"
    second.release()
    assert not is_running(home)


async def test_what_was_committed_is_there_after_a_restart(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    await ask(server.acquire().owner, "create table public.kept (a int)")
    server.release()
    urls = server.acquire()
    assert await ask(urls.owner, "select to_regclass('public.kept')") is not None
    server.release()


def test_a_killed_user_does_not_leave_it_running(home: Path) -> None:
    process = user_process(home)
    assert is_running(home)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert eventually(lambda: not is_running(home))


async def test_a_killed_user_does_not_stop_it_for_the_others(home: Path) -> None:
    process = user_process(home)
    server = EmbeddedServer(home, options=FAST)
    urls = server.acquire()
    process.kill()
    process.wait()
    await asyncio.sleep(0.3)
    assert await ask(urls.worker) == "claw_worker"
    server.release()
    assert not is_running(home)


async def test_a_kept_server_outlives_its_users_until_it_is_stopped(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    server.start()
    status = server.status()
    assert (status.running, status.kept, status.in_use) == (True, True, False)
    server.acquire()
    server.release()
    assert is_running(home)
    assert server.stop()
    assert not is_running(home)


def test_stop_waits_for_users_and_then_happens(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    server.start()
    process = user_process(home)
    assert not server.stop()
    assert is_running(home)
    process.kill()
    process.wait()
    assert eventually(lambda: not is_running(home))


def test_many_processes_that_start_at_once_share_one_server(home: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", _USE_AND_WAIT, str(home)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"using\n"
    for process in processes:
        process.kill()
        process.communicate()
    assert eventually(lambda: not is_running(home))


async def test_a_pid_file_whose_pid_another_process_has_is_recovered(
    home: Path, stranger: subprocess.Popen[bytes]
) -> None:
    server = EmbeddedServer(home, options=FAST)
    server.acquire()
    server.release()
    pid_file = home / "postgres/cluster/data/postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n1\n5432\n\n\n\n")
    shutil.chown(pid_file, pid_file.parent.stat().st_uid)
    assert not is_running(home)
    assert await ask(server.acquire().app) == "claw_app"
    assert stranger.poll() is None, "the process that has the pid now must be left alone"
    server.release()


async def test_a_killed_server_is_started_again_with_its_data(home: Path) -> None:
    server = EmbeddedServer(home)  # Not fast: what was committed must be on the disk.
    await ask(server.acquire().owner, "create table public.kept (a int)")
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not is_running(home))
    urls = server.acquire()
    assert await ask(urls.owner, "select to_regclass('public.kept')") is not None
    server.release()
    server.release()
    assert not is_running(home)


async def test_lost_passwords_are_made_anew(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    before = server.acquire()
    server.release()
    (home / "postgres/passwords.json").unlink()
    after = server.acquire()
    assert after != before
    assert await ask(after.app) == "claw_app"
    server.release()


async def test_nobody_gets_in_without_the_password_or_as_superuser(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    urls = server.acquire()
    passwords = home / "postgres/passwords.json"
    assert mode(passwords) == 0o600
    assert mode(home / "postgres/cluster/socket") == 0o700
    assert await ask(urls.app, "show listen_addresses") == ""
    scheme, rest = urls.app.split("://")
    place = rest.split("@")[1]
    for login in ("claw_app:wrong", "postgres", "claw_platform"):
        with pytest.raises(
            (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)
        ):
            await ask(f"{scheme}://{login}@{place}")
    assert urls.app.split(":")[2].split("@")[0] not in repr(urls)
    server.release()


async def test_a_home_too_deep_for_a_socket_gets_a_short_private_folder(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    server = EmbeddedServer(deep, options=FAST)
    urls = server.acquire()
    sockets = Path(urls.app.split("host=")[1].split("&")[0])
    try:
        assert await ask(urls.app) == "claw_app"
        assert len(str(sockets)) < 80
        assert mode(sockets) == 0o700
        server.release()
        assert server.acquire() == urls, "the folder is remembered"
    finally:
        server.release()
        shutil.rmtree(sockets, ignore_errors=True)


def test_a_home_that_is_a_file_is_told_with_its_mend(home: Path) -> None:
    file = home / "file"
    file.touch()
    with pytest.raises(InstallationBroken) as caught:
        EmbeddedServer(file / "home").acquire()
    assert caught.value.code == "home_unusable"
    assert caught.value.field == "CLAW_HOME"


def test_data_of_another_major_version_is_refused_unharmed(home: Path) -> None:
    server = EmbeddedServer(home, options=FAST)
    server.acquire()
    server.release()
    version = home / "postgres/cluster/data/PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(InstallationBroken) as caught:
        server.acquire()
    assert caught.value.code == "database_version_mismatch"
    version.write_text("18\n")


def test_status_of_a_home_that_never_was_starts_nothing(tmp_path: Path) -> None:
    home = tmp_path / "never"
    assert not EmbeddedServer(home).status().running
    assert EmbeddedServer(home).stop()
    assert not home.exists()


def test_a_full_disk_while_the_cluster_is_made_is_told_and_leaves_no_half_cluster(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    programs = home / "programs"
    programs.mkdir(mode=0o755)
    initdb = programs / "initdb"
    initdb.write_text('#!/bin/sh\nmkdir "$2"\necho "No space left on device" >&2\nexit 1\n')
    initdb.chmod(0o755)
    (programs / "postgres").touch()
    with pytest.raises(InstallationBroken) as caught:
        EmbeddedServer(home, binaries=Binaries(programs, major=18), options=FAST).acquire()
    assert caught.value.code == "disk_full"
    server = EmbeddedServer(home, options=FAST)
    server.acquire()
    assert is_running(home)
    server.release()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
async def test_for_root_a_closed_home_keeps_its_cluster_elsewhere_until_it_is_deleted(
    home: Path,
) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed, options=FAST)
    assert await ask(server.acquire().app) == "claw_app"
    cluster = server.status().data.parent
    server.release()
    assert not cluster.is_relative_to(home)
    assert cluster.stat().st_uid != 0
    another = EmbeddedServer(home / "another" / "closed", options=FAST)
    (home / "another").mkdir(mode=0o700)
    another.acquire()
    another.release()
    assert cluster.exists(), "its home is still there"
    shutil.rmtree(closed)
    shutil.rmtree(home / "another")
    third = home / "third"
    third.mkdir(mode=0o700)
    last = EmbeddedServer(third, options=FAST)
    last.acquire()
    last.release()
    assert not cluster.exists()
    shutil.rmtree(last.status().data.parent)
