"""Proving a connection: the key, the company, its zone, and that dates can be asked for."""

from collections.abc import Sequence
from datetime import date

import msgspec

from claw.connect import (
    Account,
    CheckReport,
    ConfigInvalid,
    Context,
    Forbidden,
    RateLimited,
    SourceChanged,
    StandingWarning,
    Transient,
)
from claw.connectors.simpro import proofs
from claw.connectors.simpro.client import (
    API,
    COMPANY,
    Client,
    InvalidColumn,
    Unsearchable,
    check_answer,
)
from claw.connectors.simpro.rows import SCHEDULES
from claw.connectors.simpro.wire import Build, Company, CurrentUser, Schedule, decode
from claw.core.phones import country_code
from claw.core.time import known_zone, local_date

_COMPANIES = f"{API}/companies/"
_PROBED = (
    ("contacts", "contacts' phone numbers are missing"),
    ("employees", "technicians' phone numbers are missing"),
)
_PROBED_FOR_PROGRESS = ("logs/mobileStatus", "what is reported from the field is unknown")
_PROBE_ROWS = 20


async def check(ctx: Context) -> CheckReport:
    """Prove a connection. Raises connector errors, ConfigInvalid among them."""
    client = Client(ctx)
    version = await _version(client)
    company = await _company(ctx, client)
    zone = _zone(company)
    ctx.proofs.extend([proofs.account(company), proofs.zone(company, zone)])
    columns = await _schedule_warnings(client)
    ctx.proofs.append(proofs.schedules(columns))
    today = local_date(ctx.now, zone or ctx.tenant_zone)
    filtering, filters = await _filtering(client, today)
    ctx.proofs.append(proofs.date_filter(filtering, filters))
    phones = await _permission_warnings(ctx, client, _PROBED)
    progress = ctx.settings.get("progress", "off")
    probed = (_PROBED_FOR_PROGRESS,) if progress in ("mobile_status", "both") else ()
    reports = await _permission_warnings(ctx, client, probed)
    capabilities = {
        "schedules": "read",
        "date_filter": filtering,
        "phones": "partly" if phones else "read",
        "progress": "forbidden" if reports else progress,
    }
    if version:
        capabilities["build_version"] = version
    return CheckReport(
        account=Account(
            id=str(company.id),
            name=company.name or str(company.id),
            zone=zone,
            country=country_code(company.country or ""),
            currency=company.currency,
        ),
        capabilities=capabilities,
        warnings=(*columns, *filters, *phones, *reports),
        clock_skew_seconds=ctx.http.clock_skew_seconds,
    )


async def _version(client: Client) -> str | None:
    """The build's version, for a person who asks the vendor for help."""
    try:
        response = await client.get(f"{API}/info/", {"columns": "Version,MultiCompany"})
        return decode(response.body, Build).version if response.status == 200 else None
    except (Forbidden, msgspec.DecodeError):
        return None


async def _company(ctx: Context, client: Client) -> Company:
    """The configured company.

    Raises:
        ConfigInvalid: when the key does not see it; the hint names those it sees.
    """
    wanted = ctx.settings.get("company_id", "0")
    response = await client.get(_COMPANIES)
    ctx.proofs.append(proofs.credential())
    try:
        companies = msgspec.json.decode(response.body, type=list[Company], strict=False)
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a list of companies", path=_COMPANIES) from error
    seen = {str(company.id): company.name or "" for company in companies}
    accessible = await _accessible(client)
    if accessible is not None:
        seen = {key: name for key, name in seen.items() if key in accessible}
    refusal = ConfigInvalid(
        f"the key does not see the company {wanted}",
        field="company_id",
        hint="it sees: " + (", ".join(f"{key} ({name})" for key, name in seen.items()) or "none"),
    )
    if wanted not in seen:
        raise refusal
    try:
        response = await client.get(COMPANY, {"columns": "ID,Name,Timezone,Country,Currency"})
    except Forbidden as error:
        raise refusal from error
    if response.status == 404:
        raise refusal
    check_answer(response)
    try:
        return decode(response.body, Company)
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a company", path=COMPANY) from error


async def _accessible(client: Client) -> frozenset[str] | None:
    """The companies the key's user may enter, None where the build does not say."""
    try:
        response = await client.get(f"{API}/currentUser/", {"columns": "ID,AccessibleCompanies"})
        if response.status != 200:
            return None
        user = decode(response.body, CurrentUser)
    except (Forbidden, msgspec.DecodeError):
        return None
    if user.accessible_companies is None:
        return None
    return frozenset(str(company.id) for company in user.accessible_companies)


def _zone(company: Company) -> str | None:
    """The company's zone, None when it states none that is known."""
    return known_zone(company.timezone or "")


async def _schedule_warnings(client: Client) -> tuple[StandingWarning, ...]:
    """Prove that schedules can be read, with all the columns wanted or with fewer."""
    response = await client.get(
        SCHEDULES.list_template, {"columns": ",".join(SCHEDULES.columns), "pageSize": "1"}
    )
    try:
        check_answer(response)
    except InvalidColumn:
        response = await client.get(
            SCHEDULES.list_template, {"columns": ",".join(SCHEDULES.least), "pageSize": "1"}
        )
        check_answer(response)
        return (
            StandingWarning(
                code="columns_refused",
                message="the build refuses columns of schedules it used to answer; "
                "notes and hours may be missing",
            ),
        )
    return ()


async def _filtering(client: Client, today: date) -> tuple[str, tuple[StandingWarning, ...]]:
    """Whether asking for one date gives that date: filters are not to be believed."""
    wanted = today.isoformat()
    query = {
        "columns": "ID,Date",
        "pageSize": str(_PROBE_ROWS),
        "Date": f"between({wanted},{wanted})",
    }
    response = await client.get(SCHEDULES.list_template, query)
    try:
        check_answer(response)
        rows = msgspec.json.decode(response.body, type=list[Schedule], strict=False)
    except Unsearchable:
        said = "refuses to search schedules by date"
        return "refused", (_slow(said),)
    except msgspec.DecodeError as error:
        raise SourceChanged("expected a list", path=SCHEDULES.list_template) from error
    if any((row.date or "").strip() != wanted for row in rows):
        return "ignored", (_slow("ignores the date it is asked for"),)
    return ("works" if rows else "unproven"), ()


def _slow(said: str) -> StandingWarning:
    return StandingWarning(
        code="date_filter",
        message=f"the build {said}; every sync reads all schedules and picks the dates itself",
    )


async def _permission_warnings(
    ctx: Context, client: Client, probed: Sequence[tuple[str, str]]
) -> tuple[StandingWarning, ...]:
    """Which optional reads the key is not allowed, and what that costs."""
    warnings: list[StandingWarning] = []
    for path, cost in probed:
        allowed = True
        try:
            await client.get(f"{COMPANY}/{path}/", {"columns": "ID", "pageSize": "1"})
        except (Transient, RateLimited) as error:
            # No proof of anything, and no reason to do without the schedules.
            ctx.log.info("permission unproved", path=path, error=error.code)
            continue
        except Forbidden:
            allowed = False
            warnings.append(
                StandingWarning(code="forbidden", message=f"the key may not read {path}: {cost}")
            )
        ctx.proofs.append(proofs.permission(path, cost, allowed=allowed))
    return tuple(warnings)
