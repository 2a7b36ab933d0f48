"""C03: mapping is a function of its bundle and its env, and of nothing else."""

import asyncio
import copy
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.elsewhere import Case, Task
from claw.connect.conformance.fixtures import made_of
from claw.connect.conformance.traps import trapped
from claw.ports.connector import Bundle

_ELSEWHERE = "claw.connect.conformance.elsewhere"
_LONGEST_SECONDS = 60
_OTHER_PLACE = {
    "PYTHONHASHSEED": "4242",
    "TZ": "Pacific/Kiritimati",
    "LANG": "C",
    "LC_ALL": "C",
    "HOME": "/nonexistent",
    "USER": "somebody-else",
}


async def _mapping_is_pure(run: Run) -> None:
    fixtures = run.subject.fixtures()
    expect(fixtures, "there is no fixture to map")
    here: list[bytes] = []
    for name, bundle in fixtures.items():
        untouched = copy.deepcopy(bundle)
        first = made_of(run, name, bundle)  # zones and phone metadata are now loaded
        with trapped() as reached:
            again = made_of(run, name, bundle)
        expect(not reached, f"{name}: mapping reached for {', '.join(sorted(set(reached)))}")
        expect(again == first, f"{name}: mapped twice, it gave two results")
        expect(bundle == untouched, f"{name}: mapping changed the bundle it was given")
        copied = made_of(run, name, _reordered(copy.deepcopy(bundle)))
        expect(copied == first, f"{name}: a copy with its parts in another order gave other bytes")
        here.append(first)
    there = await _mapped_elsewhere(run, fixtures)
    for name, ours, theirs in zip(fixtures, here, there, strict=True):
        expect(
            ours == theirs, f"{name}: another process (hash seed, zone, language) gave other bytes"
        )


def _reordered(bundle: Bundle) -> Bundle:
    parts = dict(reversed(list(bundle.parts.items())))
    return Bundle(primary=bundle.primary, parts=parts)


async def _mapped_elsewhere(run: Run, fixtures: Mapping[str, Bundle]) -> Sequence[bytes]:
    """The fixtures mapped by a process in another place; order as given."""
    task = Task(
        object_path=run.subject.object_path,
        cases=tuple(
            Case.of(bundle, run.subject.map_env(name)) for name, bundle in fixtures.items()
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", _ELSEWHERE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={**_OTHER_PLACE, "PYTHONPATH": _search_path()},
        )
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                out, said = await process.communicate(msgspec.msgpack.encode(task))
        except TimeoutError:
            process.kill()
            await process.wait()
            expect(False, f"mapping in another process took over {_LONGEST_SECONDS} s")
            raise
    last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
    expect(process.returncode == 0, f"mapping in another process failed: {last}")
    return msgspec.msgpack.decode(out, type=list[bytes])


def _search_path() -> str:
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)


PURITY = Check(number="C03", title="Mapping is pure", body=_mapping_is_pure)
