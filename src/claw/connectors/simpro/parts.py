"""Which linked objects belong to a row, and fetching them in batches, each once a run."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import cast

import msgspec
from msgspec import Struct

from claw.connect import (
    Bundle,
    ConnectorError,
    Context,
    Forbidden,
    Missing,
    Part,
    RateLimited,
    Raw,
    SourceChanged,
    Transient,
    source_id,
)
from claw.connectors.simpro.client import (
    COMPANY,
    Client,
    InvalidColumn,
    Unsearchable,
)
from claw.connectors.simpro.wire import (
    Named,
    OnlyId,
    Schedule,
    Work,
    decode,
    kind_of,
    project_link,
    staff_link,
)

BATCH = 100
_WORK_COLUMNS = ("Customer", "CustomerContact", "Site", "SiteContact", "Stage", "Status")
_PHONES = ("Phone", "AltPhone", "Email", "DoNotCall", "DateModified")
_CACHE = "simpro.parts"
_CLOSED = "simpro.forbidden"


class Kind(Struct, frozen=True):
    """A kind of linked object: where its list is and which columns are read."""

    path: str
    columns: tuple[str, ...]

    @property
    def list_template(self) -> str:
        """The list's URL template."""
        return f"{COMPANY}/{self.path}/"

    @property
    def item_template(self) -> str:
        """One object's URL template."""
        return f"{COMPANY}/{self.path}/{{id}}"


KINDS: Mapping[str, tuple[Kind, ...]] = {
    "job": (Kind("jobs", ("ID", "Type", "Name", *_WORK_COLUMNS, "DateModified")),),
    "quote": (Kind("quotes", ("ID", "Name", *_WORK_COLUMNS, "IsClosed", "DateModified")),),
    "lead": (Kind("leads", ("ID", "LeadName", *_WORK_COLUMNS, "DateModified")),),
    "activity": (Kind("setup/activities", ("ID", "Name")),),
    "site": (Kind("sites", ("ID", "Name", "Address", "PrimaryContact", "DateModified")),),
    # Companies and individuals share one id space; a bare customer id names no path.
    "customer": (
        Kind("customers/companies", ("ID", "CompanyName", *_PHONES)),
        Kind("customers/individuals", ("ID", "GivenName", "FamilyName", "CellPhone", *_PHONES)),
    ),
    "contact": (
        Kind(
            "contacts",
            ("ID", "GivenName", "FamilyName", "Email", "CellPhone", "WorkPhone", "AltPhone",
             "DateModified"),
        ),
    ),
    "employee": (Kind("employees", ("ID", "Name", "PrimaryContact", "Archived", "DateModified")),),
    "contractor": (
        Kind("contractors", ("ID", "Name", "PrimaryContact", "Archived", "DateModified")),
    ),
}  # fmt: skip
WORK_KINDS = ("job", "quote", "lead")


class Parts:
    """The linked objects of one run; each is fetched once and remembered."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._client = Client(ctx)
        self._known = cast("MutableMapping[str, Part]", ctx.scratch.setdefault(_CACHE, {}))
        self._closed = cast("set[str]", ctx.scratch.setdefault(_CLOSED, cast("object", set[str]())))

    async def bundles(self, rows: Sequence[bytes]) -> list[Bundle]:
        """A bundle for each schedule row, in order."""
        read = [(body, _schedule(body)) for body in rows]
        wanted: dict[str, set[int]] = {}
        for _, row in read:
            for kind, key in _first_links(row).values():
                wanted.setdefault(kind, set()).add(key)
        await self._fetch(wanted)
        second: dict[str, set[int]] = {}
        for _, row in read:
            for kind, key in self._second_links(row).values():
                second.setdefault(kind, set()).add(key)
        await self._fetch(second)
        return [self._bundle(body, row) for body, row in read]

    def _bundle(self, body: bytes, row: Schedule | None) -> Bundle:
        links = {**_first_links(row), **self._second_links(row)}
        return Bundle(
            primary=Raw(source_id=source_id("schedule", _id_of(body)), body=body),
            parts={role: self._known[source_id(kind, key)] for role, (kind, key) in links.items()},
        )

    def _second_links(self, row: Schedule | None) -> dict[str, tuple[str, int]]:
        """What the job, quote or lead of a row points to."""
        link = _first_links(row).get("work")
        part = self._known.get(source_id(*link)) if link else None
        if not isinstance(part, Raw):
            return {}
        try:
            work = decode(part.body, Work)
        except msgspec.ValidationError:
            return {}
        found: dict[str, tuple[str, int]] = {}
        for role, kind, named in (
            ("site", "site", work.site),
            ("site_contact", "contact", work.site_contact),
            ("customer_contact", "contact", work.customer_contact),
            ("customer", "customer", work.customer),
        ):
            if isinstance(named, Named) and named.id:
                found[role] = (kind, named.id)
        return found

    async def _fetch(self, wanted: Mapping[str, Collection[int]]) -> None:
        for kind in sorted(wanted):
            missing = sorted(key for key in wanted[kind] if source_id(kind, key) not in self._known)
            for start in range(0, len(missing), BATCH):
                await self._fetch_batch(kind, missing[start : start + BATCH])

    async def _fetch_batch(self, kind: str, keys: Sequence[int]) -> None:
        left = list(keys)
        for place in KINDS[kind]:
            left = await self._from_list(kind, place, left)
        for key in left:
            self._known[source_id(kind, key)] = await self._single(kind, key)

    async def _from_list(self, kind: str, place: Kind, keys: Sequence[int]) -> list[int]:
        """Fetch a batch; returns the keys it did not give, to be asked singly.

        A list that leaves an id out proves nothing: filters may be ignored, or partly.
        """
        if not keys or place.path in self._closed:
            return list(keys)
        try:
            rows = await self._client.rows(
                place.list_template,
                place.columns,
                {"ID": f"in({','.join(map(str, keys))})"},
                "ID",
            )
        except Forbidden:
            self._closed.add(place.path)
            return list(keys)
        except (Unsearchable, InvalidColumn, Transient, RateLimited, SourceChanged) as error:
            self._ctx.log.info("batch failed, asking singly", kind=kind, error=type(error).__name__)
            return list(keys)
        asked = set(keys)
        for row in rows:
            if row.id in asked:
                identity = source_id(kind, row.id)
                self._known[identity] = Raw(source_id=identity, body=row.body)
                asked.discard(row.id)
        return sorted(asked)

    async def _single(self, kind: str, key: int) -> Part:
        identity = source_id(kind, key)
        code = "not_found"
        for place in KINDS[kind]:
            if place.path in self._closed:
                code = "forbidden"
                continue
            try:
                body = await self._client.item(place.item_template, place.columns, key)
            except Forbidden:
                self._closed.add(place.path)
                code = "forbidden"
                continue
            except (Transient, RateLimited, SourceChanged, InvalidColumn, Unsearchable) as error:
                self._ctx.log.info(
                    "part unreadable",
                    kind=kind,
                    error=error.code if isinstance(error, ConnectorError) else "column",
                )
                return Missing(source_id=identity, code="unreadable")
            if body is not None:
                return Raw(source_id=identity, body=body)
        return Missing(source_id=identity, code="forbidden" if code == "forbidden" else "not_found")


def _schedule(body: bytes) -> Schedule | None:
    """The row, None when it cannot be read: the mapper will say what is wrong with it."""
    try:
        return decode(body, Schedule)
    except msgspec.ValidationError:
        return None


def _id_of(body: bytes) -> int:
    return decode(body, OnlyId).id


def _first_links(row: Schedule | None) -> dict[str, tuple[str, int]]:
    """What a row itself points to, by role."""
    if row is None:
        return {}
    found: dict[str, tuple[str, int]] = {}
    link, kind = project_link(row), kind_of(row)
    if link is not None and kind in WORK_KINDS:
        found["work"] = (kind, link.project_id)
    elif link is not None and kind == "activity":
        found["activity"] = ("activity", link.project_id)
    staff = staff_link(row.staff)
    if staff is not None and staff.kind in ("employee", "contractor"):
        found["staff"] = (staff.kind, staff.key)
    return found
