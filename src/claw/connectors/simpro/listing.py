"""Reading a list or an object as asked for, or as near to it as the vendor allows.

What is asked for can be refused (the vendor changes every two weeks) or quietly ignored
(a list that gives its default columns whatever is asked). Both are remembered for the run.
Nothing that was not asked for gets past here: bodies are kept, and a careless answer
may hold what is nobody's business.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import date, datetime
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from claw.connect import Context, SourceChanged, StandingWarning
from claw.connectors.simpro.client import (
    COMPANY,
    Client,
    InvalidColumn,
    Row,
    Unordered,
    Unsearchable,
    logged_at,
)

T = TypeVar("T")

_COLUMNS = "simpro.columns"
_NARROW = "simpro.narrow"


class Listing(Struct, frozen=True):
    """A resource of a company: its path, the columns to read, and the least that will do."""

    path: str
    columns: tuple[str, ...]
    least: tuple[str, ...]

    @property
    def list_template(self) -> str:
        """The list's URL template."""
        return f"{COMPANY}/{self.path}/"

    @property
    def item_template(self) -> str:
        """One object's URL template."""
        return f"{COMPANY}/{self.path}/{{id}}"


class Reader:
    """Reads listings for one run of one connection."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._client = Client(ctx)
        self._columns = _remembered(ctx, _COLUMNS, tuple[str, ...])
        self._narrow = _remembered(ctx, _NARROW, bool)

    def columns_of(self, listing: Listing) -> tuple[str, ...]:
        """The columns asked for now: those wanted, less what was refused in this run."""
        return self._columns.get(listing.path, listing.columns)

    async def rows(self, listing: Listing, filters: Mapping[str, str], order: str) -> list[Row]:
        """Every row of a list, each once, with its own bytes.

        Raises:
            TornRead, Refused, Unsearchable: see :meth:`Client.rows`.
            SourceChanged: when even the least columns are refused.
        """
        rows = await self._asked(
            listing, lambda cols: self._client.rows(listing.list_template, cols, filters, order)
        )
        if await self._is_narrow(listing, rows):
            rows = [
                Row(row.id, await self.item(listing, row.id) or row.body)  # or: just deleted
                for row in rows
            ]
        return [Row(row.id, only(listing.columns, row.body)) for row in rows]

    async def entries(
        self, listing: Listing, bounds: tuple[date, date], since: datetime
    ) -> list[Row]:
        """The entries of a log since an instant, each once, oldest first.

        ``bounds`` are dates that leave out nothing wanted, for the vendor to filter by: of
        logs only the dates are known to be comparable, not which zone they are compared in.

        Raises:
            TornRead, Refused: see :meth:`Client.rows`.
            SourceChanged: when even the least columns are refused, or every way of asking.
        """
        try:
            rows = await self._entries(listing, bounds, since)
        except Unsearchable:
            raise SourceChanged(
                f"{listing.path} can be asked neither by date nor in order",
                path=listing.list_template,
            ) from None
        wanted = [row for row in rows if (at := logged_at(row)) is None or at >= since]
        return [
            Row(row.id, only(listing.columns, row.body))
            for row in sorted(wanted, key=lambda row: row.id)
        ]

    async def _entries(
        self, listing: Listing, bounds: tuple[date, date], since: datetime
    ) -> list[Row]:
        filters = {"DateLogged": f"between({bounds[0].isoformat()},{bounds[1].isoformat()})"}
        try:
            return await self._newest(listing, filters, since)
        except Unsearchable:
            return await self._newest(listing, {}, since)
        except Unordered:
            self._ctx.log.info("log out of order; reading it whole", path=listing.path)
            return await self._asked(
                listing,
                lambda cols: self._client.rows(listing.list_template, cols, filters, "ID"),
            )

    async def _newest(
        self, listing: Listing, filters: Mapping[str, str], since: datetime
    ) -> list[Row]:
        return await self._asked(
            listing,
            lambda cols: self._client.newest(listing.list_template, cols, filters, since),
        )

    async def item(self, listing: Listing, id_: int) -> bytes | None:
        """One object's own bytes, None when there is no such object."""
        body = await self._asked(
            listing, lambda cols: self._client.item(listing.item_template, cols, id_)
        )
        return None if body is None else only(listing.columns, body)

    async def _asked(self, listing: Listing, ask: Callable[[Sequence[str]], Awaitable[T]]) -> T:
        """Ask; without the columns that are refused, where the vendor refuses any."""
        while True:
            columns = self.columns_of(listing)
            try:
                return await ask(columns)
            except InvalidColumn as refused:
                fewer = tuple(column for column in columns if column not in refused.named)
                if fewer == columns or not set(listing.least) <= set(fewer):
                    fewer = listing.least
                if fewer == columns:
                    raise SourceChanged(
                        f"the source refuses the columns of {listing.path}",
                        path=listing.list_template,
                    ) from None
                lost = sorted(set(columns) - set(fewer))
                self._ctx.log.warning("columns refused", path=listing.path, reading_without=lost)
                self._ctx.warnings.append(_refused(listing, lost))
                self._columns[listing.path] = fewer

    async def _is_narrow(self, listing: Listing, rows: Sequence[Row]) -> bool:
        """Whether the list leaves out columns that its objects have.

        A column that no row has proves nothing (optional ones are left out), so the first
        time one object is asked for its own.
        """
        if not rows:
            return False
        asked = frozenset(self.columns_of(listing))
        absent = asked - {name for row in rows for name in _names(row.body)}
        if not absent:
            return False
        known = self._narrow.get(listing.path)
        if known is None:
            body = await self.item(listing, rows[0].id)
            known = body is not None and not absent.isdisjoint(_names(body))
            self._narrow[listing.path] = known
        return known


def _refused(listing: Listing, lost: Sequence[str]) -> StandingWarning:
    return StandingWarning(
        code="columns_refused",
        message=f"the build refuses {', '.join(lost)} of {listing.path}; "
        "records are without until it answers them again",
    )


def only(columns: Sequence[str], body: bytes) -> bytes:
    """``body`` untouched if it holds nothing but ``columns``, else just those, as received."""
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    kept = {name: value for name, value in members.items() if name in columns}
    return body if len(kept) == len(members) else msgspec.json.encode(kept)


def _names(body: bytes) -> set[str]:
    return set(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))


def _remembered(ctx: Context, key: str, _type: type[T]) -> MutableMapping[str, T]:
    return cast("MutableMapping[str, T]", ctx.scratch.setdefault(key, {}))
