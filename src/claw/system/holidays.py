"""Public holidays out of the ``holidays`` package, whose data is pinned with its release."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from importlib import metadata

import holidays

from claw.core.summaries.context import PublicHoliday

# The first of these that the data of a country has, else the first it has at all.
_LANGUAGES = ("en_AU", "en_GB", "en_US")


class PackagedHolidays:
    """``HolidayCalendar`` over the installed data."""

    @property
    def version(self) -> str:
        return _version()

    def regions(self, country: str) -> Sequence[str] | None:
        regions = _countries().get(country)
        return None if regions is None else sorted(regions)

    def between(
        self, country: str, region: str | None, first: date, last: date
    ) -> Sequence[PublicHoliday] | None:
        known = self.regions(country)
        if known is None:
            return None
        # Data that no longer has the region still has the country.
        place = region if region in known else None
        found = {
            holiday
            for year in range(first.year, last.year + 1)
            for holiday in _of_year(country, place, year)
            if first <= holiday.date <= last
        }
        return sorted(found, key=lambda holiday: (holiday.date, holiday.name))


@lru_cache(maxsize=1)
def _version() -> str:
    # Every summary names it, and reading it is dearer than making a small one.
    return metadata.version("holidays")


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return holidays.list_supported_countries()


@lru_cache(maxsize=1)
def _languages() -> dict[str, list[str]]:
    return holidays.list_localized_countries()


@lru_cache(maxsize=512)
def _of_year(country: str, region: str | None, year: int) -> tuple[PublicHoliday, ...]:
    known = _languages().get(country, [])
    # Named always: without it the package would take the language of the machine.
    language = next((name for name in (*_LANGUAGES, *sorted(known)) if name in known), None)
    calendar = holidays.country_holidays(
        country, subdiv=region, years=[year], language=language, expand=False
    )
    return tuple(
        PublicHoliday(date=day, name=name)
        for day in sorted(calendar)
        for name in sorted(calendar.get_list(day))
    )
