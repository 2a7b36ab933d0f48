"""C09: rows that are committed late, or at the very moment of the cursor, are found."""

from claw.connect.conformance.check import Check, CheckFailed, NotApplicable, Run
from claw.ports.connector import Mode


async def _late_rows_are_found(run: Run) -> None:
    streams = run.subject.connector.manifest.streams
    by_cursor = [stream.name for stream in streams if Mode.SINCE in stream.modes]
    if not by_cursor:
        raise NotApplicable("no stream is read by a cursor; every read enumerates its window")
    raise CheckFailed(f"{by_cursor[0]} is read by a cursor, which the suite cannot look at yet")


CURSORS = Check(number="C09", title="Late rows are found", body=_late_rows_are_found)
