"""C19: no text and no number that a source can hold breaks the reading of it.

What is hostile is put into the stage's answers on the wire, where a marker stood, so that
no simulator has to know how to say it.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import cast

import httpx2
import msgspec

from claw.connect.conformance.bookings import at, quieten
from claw.connect.conformance.check import Check, CheckFailed, Run, expect
from claw.connect.conformance.outcomes import outcome_lines
from claw.connect.conformance.session import Read, Session, Stand
from claw.connect.conformance.wire import Forward, Meddler, answered, whole
from claw.core.errors import ClawError
from claw.core.model.reference import key_of
from claw.ports.connector import Mapped, MapResult, Quarantined
from claw.ports.connector_errors import SourceChanged

_MARKER = "MarkedForReplacement"
_BIG_NOTE = 10 * 1024 * 1024
_BIG_ID = 2**53 + 1
_BEYOND = "NUL bidi surrogate"

TEXTS: dict[str, bytes] = {
    "quotes": rb"\"; DROP TABLE appointments; -- ' \\ `$(id)` {{7*7}} %s",
    "markup": rb"<script>alert(1)</script><b onclick=x>bold</b> &lt;i&gt; ]]>",
    "right to left": "שלום \u202egnp.exe\u202c مرحبا".encode(),
    "emoji": "👩‍👩‍👧‍👦 🇦🇺 e\u0301 Å".encode(),
    "NUL and controls": rb"a\u0000b\u0001c\u001b[31md\u007f\u0085",
    "half a surrogate pair": rb"cut \ud83d off",
    "a surrogate pair the wrong way round": rb"\udc69\ud83d",
    "line ends": rb"one\r\ntwo\u2028three\u2029four\ttab",
    "white space": rb"   \u00a0\u200b\ufeff  ",
    "a note of 10 MB": (b"lorem" * 50 + b" ") * (_BIG_NOTE // 251),
}
"""What a text field can hold, as it stands between the quotes of a JSON string."""

_NEVER_STORED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e]")


async def _hostile_values_are_survived(run: Run) -> None:
    stand = Stand(run)
    quieten(stand)
    day = stand.stage.today
    marked = stand.stage.book(at(day, 10), 30, text=_MARKER)
    plain = stand.stage.book(at(day, 12), 30)
    async with stand.session() as session:
        read = await _read(session)
        expect(
            _MARKER.encode() in b"".join(bundle.primary.body for bundle in read.bundles),
            "the text of a booking does not arrive in its row: nothing can be tried",
        )
        for name, text in TEXTS.items():
            stand.wire.meddler = _saying(_MARKER.encode(), text)
            await _expect_survived(session, {marked, plain}, name)
        await _numbers(stand, session, marked, plain)


async def _expect_survived(session: Session, wanted: set[str], name: str) -> None:
    read = (await _read(session)).whole()
    expect(set(read.ids) == wanted, f"{name}: not every row was given")
    for bundle in read.bundles:
        result = session.map(bundle)
        expect(isinstance(result, Mapped), f"{name}: a row was not mapped, {_reason(result)}")
        try:
            lines = outcome_lines(result).decode("utf-8")
        except (ClawError, UnicodeError) as problem:
            raise CheckFailed(f"{name}: a record cannot be written down: {problem}") from problem
        for line in filter(None, lines.split("\n")):
            _expect_storable(msgspec.json.decode(line), name)


def _expect_storable(value: object, name: str) -> None:
    """No text holds what a database refuses or what turns the direction of a message."""
    for text in _texts(value):
        found = _NEVER_STORED.search(text)
        expect(found is None, f"{name}: a record holds the character {found and found[0]!r}")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in cast("dict[str, object]", value).values():
            yield from _texts(each)


async def _numbers(stand: Stand, session: Session, marked: str, plain: str) -> None:
    kind, key = key_of(marked)
    if not key.isdecimal():
        return
    stand.wire.meddler = _numbering(key, str(_BIG_ID))
    read = (await _read(session)).whole()
    wanted = f"{kind}:{_BIG_ID}"
    expect(
        wanted in read.ids, f"the id {_BIG_ID} became another: {sorted(set(read.ids) - {plain})}"
    )
    for bundle in read.bundles:
        result = session.map(bundle)
        if bundle.primary.source_id == wanted and isinstance(result, Mapped):
            ref = result.records[0].ref
            expect(ref.endswith(f"/{wanted}"), f"the id {_BIG_ID} became {ref} in the record")
    stand.wire.meddler = _numbering(key, f'"{key}"')
    read = await _read(session)
    if not isinstance(read.error, SourceChanged):
        found = sorted(set(read.whole().ids) - {plain})
        expect(found == [marked], f"a number written as text: {marked} became {found}")


def _saying(marker: bytes, text: bytes) -> Meddler:
    return _replacing(re.compile(re.escape(marker)), text)


def _numbering(key: str, other: str) -> Meddler:
    number = rb'(?<![\w."-])%b(?![\w."-])' % re.escape(key.encode())
    return _replacing(re.compile(number), other.encode())


def _replacing(pattern: re.Pattern[bytes], by: bytes) -> Meddler:
    async def meddle(number: int, request: httpx2.Request, forward: Forward) -> httpx2.Response:
        response = await forward(request)
        body = pattern.sub(lambda _: by, await whole(response))
        changed = answered(body, response.status_code)
        kept = {k: v for k, v in response.headers.items() if k.lower() not in _OF_THE_BODY}
        changed.headers.update(kept)
        return changed

    return meddle


_OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})


async def _read(session: Session) -> Read:
    session.ctx.scratch.clear()
    today: date = session.today
    return await session.days(today, today)


def _reason(result: MapResult) -> str:
    return f"{result.code} at {result.path}" if isinstance(result, Quarantined) else "skipped"


HOSTILE_TEXT = Check(
    number="C19", title="Hostile values are survived", body=_hostile_values_are_survived
)
