"""Public holidays out of the packaged data."""

import os
import subprocess
import sys
from datetime import date

import pytest

from claw.system.holidays import PackagedHolidays

CALENDAR = PackagedHolidays()
CHRISTMAS, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 1)


def names(country: str, region: str | None, first: date, last: date) -> list[tuple[str, str]]:
    found = CALENDAR.between(country, region, first, last)
    assert found is not None
    return [(each.date.isoformat(), each.name) for each in found]


def test_a_region_has_the_holidays_of_the_country_and_its_own():
    cup = date(2026, 11, 3)
    assert names("AU", None, cup, cup) == []
    assert names("AU", "VIC", cup, cup) == [("2026-11-03", "Melbourne Cup Day")]
    assert names("AU", "VIC", CHRISTMAS, CHRISTMAS.replace(day=25)) == [
        ("2026-12-25", "Christmas Day")
    ]


def test_the_turn_of_the_year_is_looked_through():
    found = names("AU", "NSW", date(2026, 12, 26), NEW_YEAR)
    assert [day for day, _ in found] == ["2026-12-26", "2026-12-28", "2027-01-01"]


def test_holidays_are_called_as_people_here_write_them():
    assert names("AU", "NSW", date(2026, 10, 5), date(2026, 10, 5)) == [
        ("2026-10-05", "Labour Day")
    ]


@pytest.mark.parametrize("language", ["C", "th_TH.UTF-8", "de_DE.UTF-8"])
def test_the_language_of_the_machine_shows_nowhere(language: str):
    program = (
        "from datetime import date; from claw.system.holidays import PackagedHolidays; "
        "print([(h.date.isoformat(), h.name) for c in ('AU', 'BR', 'DE', 'NZ') for h in "
        "PackagedHolidays().between(c, None, date(2026, 1, 1), date(2026, 12, 31))])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "LANG": each, "LC_ALL": each, "LANGUAGE": each},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for each in ("en_US.UTF-8", language)
    ]
    assert told[0] == told[1]


def test_a_country_that_is_not_known_has_no_holidays_that_anybody_knows_of():

    assert CALENDAR.between("XX", None, CHRISTMAS, NEW_YEAR) is None
    assert CALENDAR.regions("XX") is None


def test_a_region_that_the_data_lost_has_the_holidays_of_its_country():
    christmas = date(2026, 12, 25)
    assert names("AU", "Gondwana", christmas, christmas) == [("2026-12-25", "Christmas Day")]


def test_the_release_is_the_one_that_is_pinned():
    assert CALENDAR.version == "0.109"


def test_the_release_is_read_once_however_many_summaries_name_it():
    assert CALENDAR.version is PackagedHolidays().version
