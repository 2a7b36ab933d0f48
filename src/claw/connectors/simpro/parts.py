"""Which linked objects belong to a row, and fetching them in batches, each once a run."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from itertools import islice
from typing import cast

import msgspec

from claw.connect import (
    Bundle,
    Context,
    Forbidden,
    Missing,
    MissingCode,
    Part,
    RateLimited,
    Raw,
    Refused,
    SourceChanged,
    TornRead,
    Transient,
    source_id,
)
from claw.connectors.simpro.client import Unsearchable
from claw.connectors.simpro.listing import Listing, Reader
from claw.connectors.simpro.wire import (
    OnlyId,
    Schedule,
    Work,
    decode,
    kind_of,
    project_link,
    staff_link,
)

BATCH = 100
MOST_REMEMBERED = 5_000
"""Objects that are remembered, some 4 MB: a run of any length needs no more memory.

The few businesses that have more in one window read again what was not pointed to for long;
a page of rows points to fewer than 2,000.
"""
WORK_KINDS = ("job", "quote", "lead")
_WORK = ("Customer", "CustomerContact", "Site", "SiteContact", "Stage", "Status")
_LEAST_WORK = ("ID", "Customer", "Site")
_NAMES = ("GivenName", "FamilyName")
_PHONES = ("Phone", "AltPhone", "Email", "DoNotCall")
_STAFF = ("ID", "Name", "PrimaryContact", "Archived", "DateModified")
_CACHE = "simpro.parts"
_CLOSED = "simpro.forbidden"
_SINGLY = "simpro.singly"

KINDS: Mapping[str, tuple[Listing, ...]] = {
    "job": (Listing("jobs", ("ID", "Type", "Name", *_WORK, "DateModified"), _LEAST_WORK),),
    "quote": (Listing("quotes", ("ID", "Name", *_WORK, "IsClosed", "DateModified"), _LEAST_WORK),),
    "lead": (Listing("leads", ("ID", "LeadName", *_WORK, "DateModified"), _LEAST_WORK),),
    "activity": (Listing("setup/activities", ("ID", "Name"), ("ID", "Name")),),
    "site": (
        Listing(
            "sites",
            ("ID", "Name", "Address", "PrimaryContact", "DateModified"),
            ("ID", "Name", "Address"),
        ),
    ),
    # Companies and individuals share one id space; a bare customer id names no path.
    "customer": (
        Listing(
            "customers/companies",
            ("ID", "CompanyName", *_PHONES, "DateModified"),
            ("ID", "CompanyName", "Phone"),
        ),
        Listing(
            "customers/individuals",
            ("ID", *_NAMES, "CellPhone", *_PHONES, "DateModified"),
            ("ID", *_NAMES, "CellPhone", "Phone"),
        ),
    ),
    "contact": (
        Listing(
            "contacts",
            ("ID", *_NAMES, "Email", "CellPhone", "WorkPhone", "AltPhone", "DateModified"),
            ("ID", *_NAMES, "CellPhone", "WorkPhone"),
        ),
    ),
    "employee": (Listing("employees", _STAFF, ("ID", "Name")),),
    "contractor": (Listing("contractors", _STAFF, ("ID", "Name")),),
}

Links = Mapping[str, tuple[str, int]]
"""What a row points to: by role, the kind and the key."""


class Parts:
    """The linked objects of one run; each is fetched once, as far as it is remembered."""

    def __init__(self, ctx: Context, reader: Reader) -> None:
        self._ctx = ctx
        self._reader = reader
        self._known = cast("MutableMapping[str, Part]", ctx.scratch.setdefault(_CACHE, {}))
        # Paths the key may not read, and lists that cannot be searched by id.
        self._closed = cast("set[str]", ctx.scratch.setdefault(_CLOSED, set[str]()))
        self._singly = cast("set[str]", ctx.scratch.setdefault(_SINGLY, set[str]()))

    async def bundles(self, rows: Sequence[bytes]) -> list[Bundle]:
        """A bundle for each schedule row, in order.

        Never fails for want of a part: that is a :class:`Missing` with the reason.
        """
        read = [(body, _schedule(body)) for body in rows]
        first = [_row_links(row) for _, row in read]
        await self._fetch(first)
        links = [{**found, **self._work_links(found)} for found in first]
        await self._fetch(links)
        bundles = [
            Bundle(
                primary=Raw(source_id=source_id("schedule", decode(body, OnlyId).id), body=body),
                parts={role: self._used(source_id(*link)) for role, link in found.items()},
            )
            for (body, _), found in zip(read, links, strict=True)
        ]
        self._forget_the_longest_unused()
        return bundles

    def _used(self, identity: str) -> Part:
        """A part that is known; it is now the last that would be forgotten."""
        part = self._known[identity] = self._known.pop(identity)
        return part

    def _forget_the_longest_unused(self) -> None:
        """Only between two batches of rows: those of one need all of theirs at once."""
        for identity in list(islice(self._known, max(0, len(self._known) - MOST_REMEMBERED))):
            del self._known[identity]

    def _work_links(self, links: Links) -> Links:
        """What the job, quote or lead of a row points to."""
        link = next((links[kind] for kind in WORK_KINDS if kind in links), None)
        part = self._known.get(source_id(*link)) if link else None
        if not isinstance(part, Raw):
            return {}
        try:
            work = decode(part.body, Work)
        except msgspec.ValidationError:
            return {}
        named = {
            "site": ("site", work.site),
            "site_contact": ("contact", work.site_contact),
            "customer_contact": ("contact", work.customer_contact),
            "customer": ("customer", work.customer),
        }
        return {role: (kind, to.id) for role, (kind, to) in named.items() if to and to.id}

    async def _fetch(self, links: Sequence[Links]) -> None:
        wanted: dict[str, set[int]] = {}
        for kind, key in (link for found in links for link in found.values()):
            if source_id(kind, key) not in self._known:
                wanted.setdefault(kind, set()).add(key)
        for kind in sorted(wanted):
            keys = sorted(wanted[kind])
            for start in range(0, len(keys), BATCH):
                await self._fetch_batch(kind, keys[start : start + BATCH])

    async def _fetch_batch(self, kind: str, keys: Sequence[int]) -> None:
        """Fetch some objects by their lists, and singly what the lists did not give.

        A list that leaves an id out proves nothing: filters may be ignored, or partly.
        """
        left = set(keys)
        troubled = False
        for listing in KINDS[kind]:
            try:
                left -= await self._from_list(kind, listing, left)
            except (Transient, RateLimited) as error:
                # The transport has tried for long: asking for each would take for ever.
                self._ctx.log.info("parts unreadable", kind=kind, error=error.code)
                troubled = True
        for key in sorted(left):
            identity = source_id(kind, key)
            self._known[identity] = (
                Missing(source_id=identity, code="unreadable")
                if troubled
                else await self._single(kind, key)
            )

    async def _from_list(self, kind: str, listing: Listing, keys: Collection[int]) -> set[int]:
        """The keys a list gave. Raises Transient and RateLimited when it cannot be had."""
        if not keys or listing.path in self._closed or listing.path in self._singly:
            return set()
        ids = ",".join(str(key) for key in sorted(keys))
        try:
            rows = await self._reader.rows(listing, {"ID": f"in({ids})"}, "ID")
        except Forbidden:
            self._closed.add(listing.path)
            return set()
        except (Unsearchable, SourceChanged, Refused) as error:
            self._ctx.log.info("asking singly", path=listing.path, why=type(error).__name__)
            self._singly.add(listing.path)
            return set()
        except TornRead:
            return set()
        found = [row for row in rows if row.id in keys]
        for row in found:
            identity = source_id(kind, row.id)
            self._known[identity] = Raw(source_id=identity, body=row.body)
        return {row.id for row in found}

    async def _single(self, kind: str, key: int) -> Part:
        identity = source_id(kind, key)
        code: MissingCode = "not_found"
        for listing in KINDS[kind]:
            try:
                if listing.path in self._closed:
                    code = "forbidden"
                    continue
                body = await self._reader.item(listing, key)
            except Forbidden:
                self._closed.add(listing.path)
                code = "forbidden"
            except (Transient, RateLimited, SourceChanged) as error:
                self._ctx.log.info("part unreadable", kind=kind, error=error.code)
                return Missing(source_id=identity, code="unreadable")
            else:
                if body is not None:
                    return Raw(source_id=identity, body=body)
        return Missing(source_id=identity, code=code)


def _schedule(body: bytes) -> Schedule | None:
    """The row, None when it cannot be read: the mapper will say what is wrong with it."""
    try:
        return decode(body, Schedule)
    except msgspec.ValidationError:
        return None


def _row_links(row: Schedule | None) -> Links:
    """What a row itself points to, by role."""
    if row is None:
        return {}
    found: dict[str, tuple[str, int]] = {}
    link, kind = project_link(row), kind_of(row)
    if link is not None and kind in (*WORK_KINDS, "activity"):
        found[kind] = (kind, link.project_id)
    staff = staff_link(row.staff)
    if staff is not None and staff.kind in ("employee", "contractor"):
        found["staff"] = (staff.kind, staff.key)
    return found
