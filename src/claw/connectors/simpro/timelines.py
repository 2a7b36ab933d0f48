"""Jobs' timelines, each read once a window and within a cap, for they have no pages."""

from collections.abc import MutableMapping
from typing import cast

import msgspec

from claw.connect import (
    Context,
    Forbidden,
    Missing,
    MissingCode,
    Part,
    RateLimited,
    Raw,
    Refused,
    SourceChanged,
    Transient,
    source_id,
)
from claw.connectors.simpro.client import COMPANY, Client, InvalidColumn, check_answer
from claw.connectors.simpro.listing import only
from claw.connectors.simpro.progress import TIMELINE
from claw.connectors.simpro.reports import TIMELINE_TYPE
from claw.connectors.simpro.wire import TimelineEntry, decode

MOST_TIMELINE_BYTES = 2_000_000
"""The largest timeline that is read, some ten thousand entries; a larger one is unreadable."""

COLUMNS = ("Type", "Message", "Staff", "Date")
TEMPLATE = f"{COMPANY}/jobs/{{job}}/timelines/"
_KNOWN = "simpro.timelines"
_TROUBLE = "simpro.timelines_trouble"


class Timelines:
    """The timelines of the jobs of one window, or of rows asked for by id."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._client = Client(ctx)
        self._known = cast("MutableMapping[int, Part]", ctx.scratch.setdefault(_KNOWN, {}))

    def forget(self) -> None:
        """Drop what was read for earlier windows; that none can be read is kept in mind."""
        self._known.clear()

    async def of(self, job: int) -> Part:
        """The mobile statuses in the timeline of a job; what else it says is let go."""
        if job not in self._known:
            self._known[job] = await self._read(job)
        return self._known[job]

    async def _read(self, job: int) -> Part:
        identity = source_id(TIMELINE, job)
        trouble = cast("MissingCode | None", self._ctx.scratch.get(_TROUBLE))
        if trouble is not None:
            return Missing(source_id=identity, code=trouble)
        try:
            response = await self._client.get(TEMPLATE, {"columns": ",".join(COLUMNS)}, job=job)
            if response.status == 404:
                return Missing(source_id=identity, code="not_found")
            check_answer(response)
            return Raw(source_id=identity, body=_statuses(response.body))
        except Forbidden:
            self._ctx.scratch[_TROUBLE] = code = "forbidden"
        except (Transient, RateLimited) as error:
            # The transport has tried for long: asking for each job would take for ever.
            self._ctx.log.info("timelines unreadable", error=error.code)
            self._ctx.scratch[_TROUBLE] = code = "unreadable"
        except (SourceChanged, Refused, InvalidColumn) as error:
            self._ctx.log.info("timeline unreadable", error=type(error).__name__)
            code = "unreadable"
        return Missing(source_id=identity, code=code)


def _statuses(body: bytes) -> bytes:
    """The entries of mobile statuses, each as received.

    Raises:
        SourceChanged: when the body is too large, or no list of entries.
    """
    if len(body) > MOST_TIMELINE_BYTES:
        raise SourceChanged("the timeline is too large", path=TEMPLATE)
    try:
        entries = msgspec.json.decode(body, type=list[msgspec.Raw])
        wanted = [bytes(entry) for entry in entries if _is_status(bytes(entry))]
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a list of entries", path=TEMPLATE) from error
    return b"[" + b",".join(only(COLUMNS, entry) for entry in wanted) + b"]"


def _is_status(entry: bytes) -> bool:
    try:
        kind = decode(entry, TimelineEntry).type
    except msgspec.ValidationError:
        return False
    return (kind or "").strip().casefold() == TIMELINE_TYPE
