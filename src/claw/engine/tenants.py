"""Tenants: create, list, show, change, suspend, resume."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.phones import country_code
from claw.core.time import check_zone
from claw.core.verticals import VerticalPack
from claw.ports.clock import Clock
from claw.ports.holidays import HolidayCalendar
from claw.ports.ids import Ids
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

LOCALES = ("en-AU",)
_NOT_IN_A_LINE = ("Cc", "Zl", "Zp")
"""Unicode categories of controls, and of what breaks a line or paragraph."""

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,62}")


class TenantService:
    """The use cases about tenants."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        verticals: Mapping[str, VerticalPack],
        holidays: HolidayCalendar,
        *,
        default: str | None = None,
    ) -> None:
        self._db = db
        self._default = default
        self._clock = clock
        self._ids = ids
        self._verticals = verticals
        self._holidays = holidays

    async def create(
        self,
        slug: str,
        *,
        name: str,
        zone: str,
        country: str,
        vertical: str,
        locale: str,
        region: str | None = None,
    ) -> Tenant:
        """Create a business.

        Raises:
            InvalidInput: naming the field that is wrong.
            Refused: when the slug is taken.
        """
        code = _checked_country(country)
        tenant = Tenant(
            tenant_id=self._ids.new(),
            slug=_checked_slug(slug),
            name=_checked_name(name),
            zone=check_zone(zone),
            country=code,
            locale=_one_of(locale, LOCALES, "locale"),
            vertical=_one_of(vertical, sorted(self._verticals), "vertical"),
            status="active",
            created_at=self._clock.now(),
            region=self._checked_region(code, region),
        )
        async with self._db.platform() as uow:
            added = await uow.tenants.add(tenant)
        if not added:
            raise Refused(
                f"there is already a tenant {slug!r}",
                code="tenant_exists",
                field="slug",
                hint="choose another slug, or see `claw tenant list`",
            )
        return tenant

    async def list(self) -> Sequence[Tenant]:
        """All tenants by slug."""
        async with self._db.platform() as uow:
            return await uow.tenants.list()

    async def get(self, slug: str) -> Tenant:
        """One tenant. Raises NotFound with the nearest help."""
        async with self._db.platform() as uow:
            tenant = await uow.tenants.find(slug)
        if tenant is None:
            raise NotFound(
                f"there is no tenant {slug!r}",
                code="tenant_unknown",
                field="tenant",
                hint="see `claw tenant list`, or create it with `claw tenant create`",
            )
        return tenant

    async def choose(self, slug: str | None) -> Tenant:
        """The tenant named, or the installation's default, or the only one.

        Raises:
            InvalidInput: with field ``tenant`` when none is named and there is not just one.
        """
        slug = slug or self._default
        if slug is not None:
            return await self.get(slug)
        tenants = await self.list()
        if len(tenants) != 1:
            raise InvalidInput(
                "which tenant?" if tenants else "there is no tenant yet",
                code="tenant_missing",
                field="tenant",
                hint="give --tenant or set CLAW_TENANT"
                if tenants
                else "create one with `claw tenant create`",
            )
        return tenants[0]

    async def suspend(self, slug: str) -> Tenant:
        """Stop all work for a tenant; its data stays."""
        return await self._set_status(slug, "suspended")

    async def resume(self, slug: str) -> Tenant:
        """Let a suspended tenant's work go on."""
        return await self._set_status(slug, "active")

    async def set_region(self, slug: str, region: str | None) -> Tenant:
        """Keep the public holidays of a part of the country; None for those of all of it.

        Raises:
            NotFound: no such tenant.
            InvalidInput: when its country has no such part.
        """
        tenant = await self.get(slug)
        checked = self._checked_region(tenant.country, region)
        async with self._db.platform() as uow:
            await uow.tenants.set_region(tenant.tenant_id, checked)
        return await self.get(slug)

    def _checked_region(self, country: str, region: str | None) -> str | None:
        """A part of the country as the holiday data names it, whatever the case it came in."""
        if region is None:
            return None
        known = self._holidays.regions(country) or ()
        found = next((name for name in known if name.casefold() == region.strip().casefold()), None)
        if found is None:
            raise InvalidInput(
                f"{region!r} is no part of {country} with holidays of its own",
                code="region_unknown",
                field="region",
                hint=f"one of: {', '.join(known)}" if known else "leave it out for this country",
            )
        return found

    async def _set_status(self, slug: str, status: Literal["active", "suspended"]) -> Tenant:
        tenant = await self.get(slug)
        async with self._db.platform() as uow:
            await uow.tenants.set_status(tenant.tenant_id, status)
        return await self.get(slug)


def require_active(tenant: Tenant) -> None:
    """Refuse work for a suspended tenant."""
    if tenant.status != "active":
        raise Refused(
            f"the tenant {tenant.slug!r} is suspended",
            code="tenant_suspended",
            field="tenant",
            hint=f"`claw tenant resume {tenant.slug}`",
        )


def _checked_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            f"{slug!r} cannot be a slug",
            code="slug_invalid",
            field="slug",
            hint="use a lower-case letter, then lower-case letters, digits or hyphens",
        )
    return slug


def _checked_name(name: str) -> str:
    if not name.strip():
        raise InvalidInput(
            "the name is empty", code="name_empty", field="name", hint="give the business's name"
        )
    if any(unicodedata.category(character) in _NOT_IN_A_LINE for character in name.strip()):
        raise InvalidInput(
            "the name holds a line break or another control character",
            code="name_invalid",
            field="name",
            hint="give the business's name on one line: it heads every summary and mail",
        )
    return name.strip()


def _checked_country(country: str) -> str:
    code = country_code(country)
    if code is None:
        raise InvalidInput(
            f"{country!r} is no country we know",
            code="country_unknown",
            field="country",
            hint="give its two letters, for example AU or NZ",
        )
    return code


def _one_of(value: str, allowed: Sequence[str], field: str) -> str:
    if value not in allowed:
        raise InvalidInput(
            f"{value!r} is no {field} we have",
            code=f"{field}_unknown",
            field=field,
            hint=f"one of: {', '.join(allowed)}",
        )
    return value
