"""When it recurs, in the words of the command line."""

from datetime import time

import pytest

from claw.core.errors import InvalidInput
from claw.core.routines.asking import recurrence_from, say_recurrence
from claw.core.time import Daily, EveryMinutes, MonthlyDay, MonthlyLast, Weekly

SIX = time(6)


def ask(at=None, days=None, every=None, cron=None):
    return recurrence_from(at=at, days=days, every=every, cron=cron)


@pytest.mark.parametrize(
    ("asked", "meant", "said"),
    [
        ({"at": "06:00"}, Daily(at=SIX), "06:00 daily"),
        ({"at": "06:00", "days": "daily"}, Daily(at=SIX), "06:00 daily"),
        ({"at": "06:00", "days": "mon-fri"}, Weekly(at=SIX, days=(1, 2, 3, 4, 5)), "06:00 mon-fri"),
        (
            {"at": "06:00", "days": "weekdays"},
            Weekly(at=SIX, days=(1, 2, 3, 4, 5)),
            "06:00 mon-fri",
        ),
        ({"at": "06:00", "days": "Tue, thu"}, Weekly(at=SIX, days=(2, 4)), "06:00 tue,thu"),
        (
            {"at": "06:00", "days": "15"},
            MonthlyDay(at=SIX, day=15),
            "06:00 on day 15 of the month",
        ),
        (
            {"at": "06:00", "days": "last"},
            MonthlyLast(at=SIX),
            "06:00 on the last day of the month",
        ),
        ({"every": 15}, EveryMinutes(minutes=15), "every 15 min"),
        ({"cron": "0 6 * * 1-5"}, Weekly(at=SIX, days=(1, 2, 3, 4, 5)), "06:00 mon-fri"),
    ],
)
def test_what_is_asked_is_meant_and_said(asked, meant, said):
    assert ask(**asked) == meant
    assert say_recurrence(meant) == said


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "at"),
        ({"at": "06:00", "every": 5}, "every"),
        ({"at": "06:00", "cron": "@daily"}, "cron"),
        ({"at": "6"}, "at"),
        ({"at": "24:00"}, "at"),
        ({"at": "06:00:30"}, "at"),
        ({"at": "06:00", "days": "fri-mon"}, "days"),
        ({"at": "06:00", "days": "someday"}, "days"),
        ({"at": "06:00", "days": "32"}, "days"),
        ({"every": 7}, "every"),
        ({"every": 0}, "every"),
        ({"cron": "0 6,18 * * *"}, "cron"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_option(asked, field):
    with pytest.raises(InvalidInput) as refused:
        ask(**asked)

    assert refused.value.field == field
    assert refused.value.hint
