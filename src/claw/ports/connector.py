"""The connector contract: how a source of schedules plugs into the engine.

A connector declares streams, proves a connection with ``check``, yields pages of raw
bundles with ``read`` and turns a bundle into canonical records with ``map``, a pure
function. The engine owns the loop, the storage and every decision; a connector decides
nothing. ``connect`` re-exports all of this for authors.
"""

from collections.abc import AsyncIterator, Mapping, MutableMapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import msgspec
from msgspec import Struct, field

from claw.core.model.records import Record, RecordType
from claw.ports.manifest import Manifest


class Mode(StrEnum):
    """How a stream can be read."""

    FULL = "full"
    WINDOW = "window"
    SINCE = "since"
    BY_ID = "by_id"


class Removal(StrEnum):
    """How a stream shows that a record is gone."""

    TOMBSTONE = "tombstone"
    FLAG = "flag"
    WINDOW_DIFF = "window_diff"
    NONE = "none"


class Order(StrEnum):
    """In which order records arrive."""

    CURSOR_ASC = "cursor_asc"
    NONE = "none"


class StreamSpec(Struct, frozen=True, kw_only=True):
    """What a stream produces and how it may be read.

    ``absent_after`` is the number of confirmed absences in a row after which a record
    is gone; ``widest_window_days`` the most local days one slice may span (engine cuts).
    """

    name: str
    produces: tuple[RecordType, ...]
    modes: frozenset[Mode]
    removal: Removal
    absent_after: int = 1
    order: Order = Order.NONE
    widest_window_days: int | None = None
    required: bool = True
    scopes: tuple[str, ...] = ()


class Raw(Struct, frozen=True, kw_only=True, gc=False):
    """One object of the source, exactly as received.

    ``source_id`` is encoded (``claw.core.model.reference.source_id``) and unique within
    the connection across kinds; ``body`` is the object's own bytes.
    """

    source_id: str
    body: bytes


MissingCode = Literal["not_found", "forbidden", "unreadable"]


class Missing(Struct, frozen=True, kw_only=True):
    """A part that could not be had: permanently not there, not permitted, or trouble."""

    source_id: str
    code: MissingCode


Part: TypeAlias = Raw | Missing


class Bundle(Struct, frozen=True, kw_only=True, gc=False):
    """A primary object and the linked objects its records are made from, by role."""

    primary: Raw
    parts: Mapping[str, Part]


class Page(Struct, frozen=True, kw_only=True, gc=False):
    """Some bundles of a slice, in the source's order."""

    bundles: tuple[Bundle, ...]


class Absent(Struct, frozen=True, kw_only=True):
    """BY_ID only: the source says permanently that there is no such primary object."""

    source_id: str


class Slice(Struct, frozen=True, kw_only=True):
    """A half-open span of instants, whole local days of the tenant."""

    start: datetime
    end: datetime


class Covered(Struct, frozen=True, kw_only=True):
    """Yielded once, only after the last page of a slice arrived whole.

    ``slice`` names the instants really covered (it may be wider than was asked for);
    ``seen`` is the number of source rows inside it, for the engine to reconcile.
    """

    slice: Slice | None
    seen: int
    next_cursor: str | None = None


ReadEvent: TypeAlias = Page | Absent | Covered


class ReadRequest(Struct, frozen=True, kw_only=True):
    """What to read. WINDOW uses ``slice``, BY_ID uses ``ids`` (encoded source ids)."""

    stream: str
    mode: Mode
    slice: Slice | None = None
    ids: tuple[str, ...] = ()
    cursor: str | None = None


class MapEnv(Struct, frozen=True, kw_only=True):
    """Everything a mapper may know besides the bundle. No clock, no I/O.

    ``connection_zone`` is what ``check`` learnt, None where the source states none;
    ``settings`` are the connection's public settings, map settings among them.
    """

    connection: str
    country: str
    tenant_zone: str
    connection_zone: str | None
    schema: str
    base_url: str
    settings: Mapping[str, str]


class Mapped(Struct, frozen=True, kw_only=True, gc=False):
    """The canonical records a bundle gives, the primary one first."""

    records: tuple[Record, ...]


class Skipped(Struct, frozen=True, kw_only=True):
    """Nothing to map, on purpose: ``code`` says why (an excluded placeholder, say)."""

    code: str


class Quarantined(Struct, frozen=True, kw_only=True):
    """A record that cannot be mapped; kept raw and shown, never guessed.

    ``path`` is the field in the source's object; ``detail`` never quotes personal data.
    """

    code: str
    path: str
    detail: str


MapResult: TypeAlias = Mapped | Skipped | Quarantined


class StandingWarning(Struct, frozen=True, kw_only=True):
    """A standing warning about a connection: something optional that is not available."""

    code: str
    message: str


class Account(Struct, frozen=True, kw_only=True):
    """The account behind a connection, as the source describes it."""

    id: str
    name: str
    zone: str | None = None
    country: str | None = None
    currency: str | None = None


class CheckReport(Struct, frozen=True, kw_only=True):
    """What ``check`` proved. ``clock_skew_seconds`` is source minus ours, if it says."""

    account: Account
    capabilities: Mapping[str, str]
    warnings: tuple[StandingWarning, ...] = ()
    clock_skew_seconds: int | None = None


class Proof(Struct, frozen=True, kw_only=True):
    """One thing that a check found out, put down as soon as it is known.

    ``name`` is what it is about (``credential``, ``account``, ``zone``, ``date filter``,
    ``permission <scope>``); ``cost`` what the tenant goes without, ``hint`` the way to mend
    it. A check that fails half way has the proofs of its first half.
    """

    name: str
    outcome: Literal["ok", "warning", "failed"]
    message: str
    cost: str | None = None
    hint: str | None = None


class Response(Struct, frozen=True, kw_only=True):
    """A whole, decompressed answer; header names in lower case.

    ``items`` are the elements of the array that a good answer is, each as its own bytes;
    None when it is no array.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url_template: str
    items: tuple[msgspec.Raw, ...] | None


@runtime_checkable
class Http(Protocol):
    """Authenticated, limited, retried, recorded HTTP: only what the manifest declares."""

    @property
    def clock_skew_seconds(self) -> int | None:
        """The source's clock minus ours at its latest answer, None until it says a time."""
        ...

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one declared read and return its final answer.

        2xx, 304, 400, 404 and 422 come back as responses; everything else is raised as
        one of the connector errors after the transport's own retries.
        """
        ...


class Log(Protocol):
    """Structured logging for connectors; values are masked before they are written."""

    def info(self, event: str, **values: object) -> None:
        """Something worth knowing."""
        ...

    def warning(self, event: str, **values: object) -> None:
        """Something that a person should look at."""
        ...


class Context(Struct, kw_only=True):
    """All that a connector is given. ``scratch`` lives as long as one run of one connection.

    ``now`` is the run's fixed upper bound (business time); ``account`` is what the last
    check learnt, None during the first. ``proofs`` is where ``check`` puts down what it
    found out, in order; what it says nothing of is told from its report.
    """

    connection: str
    settings: Mapping[str, str]
    http: Http
    now: datetime
    tenant_zone: str
    country: str
    account: Account | None
    log: Log
    scratch: MutableMapping[str, object]
    warnings: list[StandingWarning] = field(default_factory=list[StandingWarning])
    """What the tenant should know of this run though nothing failed; the engine tells it."""
    proofs: list[Proof] = []


class Hints(Struct, frozen=True, kw_only=True):
    """Where to look again, by what a change feed says.

    A hint proves nothing, least of all that something is gone.

    ``ids`` are primary objects of the stream, known or new; ``linked`` are objects of other
    kinds: what was made from them is meant, as far as it is known. All are encoded source
    ids. ``next_cursor`` is the connector's own text, with a version of its own inside.
    """

    ids: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    next_cursor: str


class NoHints(Struct, frozen=True, kw_only=True):
    """The feed cannot be followed from there, so that only a full read helps.

    ``cursor_unknown``: another version wrote the cursor; ``too_much``: more has changed
    than is worth asking for one by one.
    """

    code: Literal["cursor_unknown", "too_much"]
    message: str


class Connector(Protocol):
    """A source of schedules. Implementations hold no state between calls."""

    @property
    def manifest(self) -> Manifest:
        """What the connector reads, needs and promises."""
        ...

    async def check(self, ctx: Context) -> CheckReport:
        """Prove credentials, account identity, permissions and clock. Raises connector errors."""
        ...

    def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield pages and, only after a whole slice, ``Covered``."""
        ...

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one bundle; pure."""
        ...


@runtime_checkable
class PullsHints(Protocol):
    """A connector whose source keeps a feed of changes."""

    async def pull_hints(
        self, ctx: Context, stream: str, cursor: str | None, since: datetime
    ) -> Hints | NoHints:
        """What has changed since the cursor, or since an instant where there is none yet.

        Overlaps what was told before by as much as the feed may be late, and tells nothing
        twice. Raises connector errors; then the cursor stays where it is.
        """
        ...
