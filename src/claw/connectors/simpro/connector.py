"""The connector: check, read, map. Thin; everything it knows lies beside it."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from importlib import resources

import msgspec

from claw.connect import (
    Absent,
    Account,
    Bundle,
    CheckReport,
    ConfigInvalid,
    ConnectorBug,
    Context,
    Covered,
    Forbidden,
    MapEnv,
    MapResult,
    Mode,
    Page,
    ReadEvent,
    ReadRequest,
    Slice,
    SourceChanged,
    StandingWarning,
    key_of,
)
from claw.connect.manifest import load_manifest
from claw.connectors.simpro.client import API, COMPANY, Client, InvalidColumn, Row, Unsearchable
from claw.connectors.simpro.mapping import map_bundle
from claw.connectors.simpro.parts import Parts
from claw.connectors.simpro.wire import Company, Schedule, decode
from claw.core.errors import ClawError
from claw.core.phones import country_code
from claw.core.time import check_zone, local_date, span
from claw.ports.manifest import Manifest

COLUMNS = (
    "ID", "Type", "Reference", "TotalHours", "Staff", "Date", "Blocks", "Project", "Notes",
    "DateModified",
)  # fmt: skip
# What every build has answered; asked for when one of the others is refused.
LEAST_COLUMNS = ("ID", "Type", "Reference", "Staff", "Date", "Blocks")
SCHEDULES = f"{COMPANY}/schedules/"
_BUNDLES_A_PAGE = 250
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class SimproConnector:
    """Reads one company of a simPRO build."""

    def __init__(self) -> None:
        body = resources.files("claw.connectors.simpro").joinpath("manifest.toml").read_bytes()
        self._manifest = load_manifest(body)

    @property
    def manifest(self) -> Manifest:
        """What this connector reads, needs and promises."""
        return self._manifest

    async def check(self, ctx: Context) -> CheckReport:
        """Prove the key, the company, the zone, and that schedules can be read."""
        client = Client(ctx)
        company = await _company(ctx, client)
        probe = await client.get(SCHEDULES, {"columns": "ID,Date", "pageSize": "1"})
        if probe.status != 200:
            raise SourceChanged("schedules cannot be read", path=SCHEDULES)
        warnings = await _permission_warnings(client)
        return CheckReport(
            account=Account(
                id=str(company.id),
                name=company.name or str(company.id),
                zone=_zone(company),
                country=country_code(company.country or ""),
                currency=company.currency,
            ),
            capabilities={"schedules": "read", "phones": "no" if warnings else "read"},
            warnings=warnings,
            clock_skew_seconds=ctx.http.clock_skew_seconds,
        )

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield the schedule rows of a window, or of some ids, with their linked objects."""
        if request.mode is Mode.BY_ID:
            async for event in _read_by_id(ctx, request):
                yield event
            return
        if request.mode is not Mode.WINDOW or request.slice is None:
            raise ConnectorBug(f"appointments cannot be read by {request.mode}")
        zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
        first = local_date(request.slice.start, zone)
        last = local_date(request.slice.end - timedelta(seconds=1), zone)
        rows = await _rows_between(ctx, first, last)
        parts = Parts(ctx)
        for start in range(0, len(rows), _BUNDLES_A_PAGE):
            chunk = [row.body for row in rows[start : start + _BUNDLES_A_PAGE]]
            yield Page(bundles=tuple(await parts.bundles(chunk)))
        covered = span(zone, first, last)
        yield Covered(slice=Slice(start=covered.start, end=covered.end), seen=len(rows))

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one row; pure."""
        return map_bundle(bundle, env)


async def _company(ctx: Context, client: Client) -> Company:
    response = await client.get(f"{API}/companies/")
    wanted = ctx.settings.get("company_id", "0")
    try:
        companies = msgspec.json.decode(response.body, type=list[Company], strict=False)
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a list of companies", path=f"{API}/companies/") from error
    if wanted not in {str(company.id) for company in companies}:
        visible = ", ".join(f"{c.id} ({c.name})" for c in companies) or "none"
        raise ConfigInvalid(
            f"the key does not see the company {wanted}",
            field="company_id",
            hint=f"it sees: {visible}",
        )
    response = await client.get(COMPANY, {"columns": "ID,Name,Timezone,Country,Currency"})
    try:
        return decode(response.body, Company)
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a company", path=COMPANY) from error


def _zone(company: Company) -> str | None:
    """The company's zone, None when it states none that is known."""
    try:
        return check_zone(company.timezone or "")
    except ClawError:
        return None


async def _permission_warnings(client: Client) -> tuple[StandingWarning, ...]:
    """Which optional reads the key is not allowed, and what that costs."""
    warnings: list[StandingWarning] = []
    for path, cost in (
        ("contacts", "contacts' phone numbers are missing"),
        ("employees", "technicians' phone numbers are missing"),
    ):
        try:
            await client.get(f"{COMPANY}/{path}/", {"columns": "ID", "pageSize": "1"})
        except Forbidden:
            warnings.append(
                StandingWarning(code="forbidden", message=f"the key may not read {path}: {cost}")
            )
    return tuple(warnings)


async def _rows_between(ctx: Context, first: date, last: date) -> list[Row]:
    """The rows of some dates, filtered here too: the vendor's filter is not to be trusted."""
    client = Client(ctx)
    columns = COLUMNS
    filters = {"Date": f"between({first.isoformat()},{last.isoformat()})"}
    for _ in range(3):
        try:
            rows = await client.rows(SCHEDULES, columns, filters, "Date,ID")
            return [row for row in rows if _belongs(row, first, last)]
        except Unsearchable:
            ctx.log.warning("schedules cannot be filtered by date; reading all of them")
            filters = {}
        except InvalidColumn:
            if columns == LEAST_COLUMNS:
                break
            ctx.log.warning("a column of schedules was refused; reading the least there is")
            columns = LEAST_COLUMNS
    raise SourceChanged("the source refuses the columns of schedules", path=SCHEDULES)


def _belongs(row: Row, first: date, last: date) -> bool:
    """Whether a row is on one of the dates.

    One with no readable date is kept, for the mapper to say what is wrong with it.
    """
    try:
        text = (decode(row.body, Schedule).date or "").strip()
    except msgspec.ValidationError:
        return True
    return not _DATE.fullmatch(text) or first.isoformat() <= text <= last.isoformat()


async def _read_by_id(ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
    client, parts = Client(ctx), Parts(ctx)
    for identity in request.ids:
        kind, key = key_of(identity)
        if kind != "schedule" or not key.isdigit():
            raise ConnectorBug(f"{identity} is no schedule")
        try:
            body = await client.item(f"{SCHEDULES}{{id}}", COLUMNS, int(key))
        except InvalidColumn:
            body = await client.item(f"{SCHEDULES}{{id}}", LEAST_COLUMNS, int(key))
        if body is None:
            yield Absent(source_id=identity)
        else:
            yield Page(bundles=tuple(await parts.bundles([body])))


CONNECTOR = SimproConnector()
