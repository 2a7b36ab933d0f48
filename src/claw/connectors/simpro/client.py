"""Fetching lists and objects: paging that notices when the ground moves.

Lists are pages of bare arrays. Their counts come in headers that may be missing or
nonsense, and rows may be inserted or deleted between two pages; a read whose pages do
not fit together is repeated, and reported when it does not come to rest.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

import msgspec
from msgspec import Struct

from claw.connect import (
    Context,
    Recovery,
    Refused,
    Response,
    SourceChanged,
    TornRead,
    Transient,
)
from claw.connectors.simpro.times import instant_of_ours
from claw.connectors.simpro.wire import LogEntry, OnlyId, decode

API = "/api/v1.0"
COMPANY = f"{API}/companies/{{company}}"
PAGE_SIZE = 250
MOST_PAGES = 200
READS_BEFORE_TORN = 3
NEWEST_FIRST = "-DateLogged,-ID"
_GOOD, _NOT_MODIFIED, _NOT_FOUND = 200, 304, 404
_WORD = re.compile(r"\w+")


class Unsearchable(Exception):
    """The vendor does not filter by this column here."""


class InvalidColumn(Exception):
    """The vendor does not know one of the columns asked for; ``named`` where it says which."""

    def __init__(self, named: frozenset[str] = frozenset()) -> None:
        super().__init__(*sorted(named))
        self.named = named


class Unordered(Exception):
    """The vendor does not order this log as it was asked to."""


class Row(Struct, frozen=True):
    """One object of a list: its id and its own bytes."""

    id: int
    body: bytes


class _Torn(Exception):
    """Pages of one read do not fit together."""


class Client:
    """One company's lists and objects."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._company = ctx.settings.get("company_id", "0")

    async def get(
        self, template: str, query: Mapping[str, str] | None = None, **path: str | int
    ) -> Response:
        """One declared read, whatever its answer."""
        names = {"company": self._company, **path}
        wanted = {name: value for name, value in names.items() if f"{{{name}}}" in template}
        return await self._ctx.http.get(template, path=wanted, query=query)

    async def item(self, template: str, columns: Sequence[str], id_: int) -> bytes | None:
        """One object's own bytes, None when there is no such object.

        Raises:
            SourceChanged: when the answer is not that object.
            InvalidColumn: when it must be asked for less.
        """
        response = await self.get(template, {"columns": ",".join(columns)}, id=id_)
        if response.status == _NOT_FOUND:
            return None
        check_answer(response)
        try:
            found = decode(response.body, OnlyId).id
        except msgspec.ValidationError as error:
            raise SourceChanged("expected one object with an ID", path=template) from error
        if found != id_:
            raise SourceChanged("the object is not the one asked for", path=template)
        return response.body

    async def rows(
        self, template: str, columns: Sequence[str], filters: Mapping[str, str], order: str
    ) -> list[Row]:
        """Every row of a list, each once.

        Raises:
            TornRead: when the list does not come to rest.
            Refused: when it has more pages than anybody should read at once.
            Unsearchable, InvalidColumn: when it must be asked another way.
        """
        query = {"columns": ",".join(columns), "pageSize": str(PAGE_SIZE), "orderby": order}
        for _ in range(READS_BEFORE_TORN):
            try:
                return await self._pages(template, {**query, **filters})
            except _Torn as torn:
                self._ctx.log.info("torn read", template=template, why=str(torn))
        raise TornRead(
            "the list changed while it was being read, three times in a row",
            hint="try again in a minute",
        )

    async def _pages(self, template: str, query: Mapping[str, str]) -> list[Row]:
        rows: dict[int, Row] = {}
        total: int | None = None
        first_count = 0
        for page in range(1, MOST_PAGES + 1):
            response = await self.get(template, {**query, "page": str(page)})
            check_answer(response)
            found = _rows(response.items, template)
            stated = _header(response, "result-total")
            if page == 1:
                total, first_count = stated, len(found)
            elif stated != total:
                raise _Torn("the total changed between pages")
            for row in found:
                if row.id in rows:
                    raise _Torn("a row came twice")
                rows[row.id] = row
            pages = _header(response, "result-pages")
            if pages is not None:
                ended = page >= pages
            elif total is not None:
                ended = len(rows) >= total or not found
            else:
                # Nothing is counted: the end is an empty or a shorter page. The server may
                # give fewer rows a page than were asked for, so the first page is the measure.
                ended = len(found) < max(first_count, 1)
            if ended:
                if total is not None and len(rows) != total:
                    raise _Torn("the rows do not add up to the total")
                return list(rows.values())
        raise _too_many_pages("read fewer days at once")

    async def newest(
        self,
        template: str,
        columns: Sequence[str],
        filters: Mapping[str, str],
        since: datetime,
    ) -> list[Row]:
        """The entries of a log from its newest back to ``since``, each once.

        A log grows at its newest end while it is read: that moves entries to a page where
        they are seen a second time, and loses none. An entry without a readable date is given.

        Raises:
            Unordered: when the entries do not come newest first.
            Refused: when there are more pages than anybody should read at once.
            Unsearchable, InvalidColumn: when it must be asked another way.
        """
        query = {"columns": ",".join(columns), "pageSize": str(PAGE_SIZE), "orderby": NEWEST_FIRST}
        rows: dict[int, Row] = {}
        oldest = datetime.max.replace(tzinfo=UTC)
        first_count = 0
        for page in range(1, MOST_PAGES + 1):
            response = await self.get(template, {**query, **filters, "page": str(page)})
            check_answer(response)
            found = _rows(response.items, template)
            first_count = first_count or len(found)
            for row in found:
                at = logged_at(row)
                if row.id in rows or at is None:
                    rows[row.id] = row
                    continue
                if at > oldest:
                    raise Unordered
                oldest = at
                if at >= since:
                    rows[row.id] = row
            pages = _header(response, "result-pages")
            ended = page >= pages if pages is not None else len(found) < max(first_count, 1)
            if ended or oldest < since:
                return list(rows.values())
        raise _too_many_pages("look at it more often, or read everything")


def logged_at(row: Row) -> datetime | None:
    """When an entry of a log was logged, None where it says no time of ours."""
    try:
        return instant_of_ours(decode(row.body, LogEntry).date_logged)
    except msgspec.ValidationError:
        return None


def _too_many_pages(hint: str) -> Refused:
    return Refused(
        f"the list has more than {MOST_PAGES} pages", recovery=Recovery.SPLIT_WINDOW, hint=hint
    )


def _rows(items: Iterable[msgspec.Raw] | None, template: str) -> list[Row]:
    if items is None:
        raise SourceChanged("expected an array of objects with an ID", path=template)
    try:
        return [
            Row(msgspec.json.decode(raw, type=OnlyId, strict=False).id, bytes(raw)) for raw in items
        ]
    except msgspec.ValidationError as error:
        raise SourceChanged("expected an array of objects with an ID", path=template) from error


def check_answer(response: Response) -> None:
    """Raise unless the answer is what was asked for.

    Raises:
        Unsearchable, InvalidColumn: when it must be asked another way.
        Transient: for "not modified", which nobody asked for: what is known stands.
        SourceChanged: for any other refusal.
    """
    if response.status == _GOOD:
        return
    if response.status == _NOT_MODIFIED:
        raise Transient(
            "the source says that nothing changed and gives nothing",
            cause="not_modified",
            hint="what was read before stands; a proxy in between may answer for the source",
        )
    for message in _messages(response.body):
        if "does not allow search" in message:
            raise Unsearchable
        if "nvalid column" in message:
            raise InvalidColumn(frozenset(_WORD.findall(message.partition(":")[2])))
    raise SourceChanged(
        f"the source refused a read with {response.status}", path=response.url_template
    )


def _messages(body: bytes) -> list[str]:
    """The messages of an error body, in any of the shapes seen."""
    try:
        decoded: object = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return [body[:2000].decode("utf-8", "replace")]
    found: list[str] = []
    pending: list[object] = [decoded]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(cast("dict[str, object]", value).values())
        elif isinstance(value, list):
            pending.extend(cast("list[object]", value))
        elif isinstance(value, str):
            found.append(value)
    return found


def _header(response: Response, name: str) -> int | None:
    text = response.headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
