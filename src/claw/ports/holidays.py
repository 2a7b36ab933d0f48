"""Public holidays: which dates a place does not work, and what they are called."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from claw.core.summaries.context import PublicHoliday


class HolidayCalendar(Protocol):
    """What is known of public holidays. Pure data: the same release says the same."""

    @property
    def version(self) -> str:
        """The release of the data: part of what a summary is made from."""
        ...

    def regions(self, country: str) -> Sequence[str] | None:
        """Parts of a country that have holidays of their own; None of an unknown country.

        ``country`` is ISO 3166-1 alpha-2; a part is named as the data names it (``NSW``).
        """
        ...

    def between(
        self, country: str, region: str | None, first: date, last: date
    ) -> Sequence[PublicHoliday] | None:
        """The holidays from ``first`` to ``last``, both included, in order of date and name.

        Without a region: those of the whole country. None when the country is not known.
        """
        ...
