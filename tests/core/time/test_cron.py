"""Cron lines: those that fit, and those that are refused with a reason."""

from datetime import time

import pytest

from claw.core.errors import InvalidInput
from claw.core.time import (
    Daily,
    EveryMinutes,
    MonthlyDay,
    MonthlyLast,
    Weekly,
    check_recurrence,
    from_cron,
)

SIX = time(6)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("0 6 * * *", Daily(at=SIX)),
        ("  30 6 ? * *  ", Daily(at=time(6, 30))),
        ("0 6 * * 0-6", Daily(at=SIX)),
        ("0 6 * * 1-5", Weekly(at=SIX, days=(1, 2, 3, 4, 5))),
        ("0 6 * * MON-FRI", Weekly(at=SIX, days=(1, 2, 3, 4, 5))),
        ("0 6 * * 0", Weekly(at=SIX, days=(7,))),
        ("0 6 * * 7", Weekly(at=SIX, days=(7,))),
        ("0 6 * * 6-7", Weekly(at=SIX, days=(6, 7))),
        ("0 6 * * fri-sun", Weekly(at=SIX, days=(5, 6, 7))),
        ("0 6 * * tue,thu", Weekly(at=SIX, days=(2, 4))),
        ("0 6 * * 1-5/2", Weekly(at=SIX, days=(1, 3, 5))),
        ("0 6 15 * *", MonthlyDay(at=SIX, day=15)),
        ("0 6 L * *", MonthlyLast(at=SIX)),
        ("*/15 * * * *", EveryMinutes(minutes=15)),
        ("0-59/15 * * * *", EveryMinutes(minutes=15)),
        ("* * * * *", EveryMinutes(minutes=1)),
        ("0 * * * *", EveryMinutes(minutes=60)),
        ("0 */2 * * *", EveryMinutes(minutes=120)),
        ("@daily", Daily(at=time(0))),
        ("@hourly", EveryMinutes(minutes=60)),
        ("@weekly", Weekly(at=time(0), days=(7,))),
        ("@monthly", MonthlyDay(at=time(0), day=1)),
    ],
)
def test_a_line_that_fits_means_one_recurrence(line, meant):
    assert from_cron(line) == meant
    assert check_recurrence(meant) == meant


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "five fields"),
        ("0 6 * *", "five fields"),
        ("0 0 6 * * *", "five fields"),
        ("@reboot", "five fields"),
        ("@yearly", "five fields"),
        ("0 6 1 1 *", "months"),
        ("0 6 1 * 1", "'or'"),
        ("0 6,18 * * *", "not one number"),
        ("0 6-9 * * *", "not one number"),
        ("0,30 6 * * *", "not one number"),
        ("*/15 * * * 1-5", "some days only"),
        ("*/15 * 1 * *", "some days only"),
        ("*/7 * * * *", "evenly spaced"),
        ("5 * * * *", "evenly spaced"),
        ("*/15 6 * * *", "evenly spaced"),
        ("0 */5 * * *", "evenly spaced"),
        ("30 */2 * * *", "evenly spaced"),
        ("0 */0 * * *", "evenly spaced"),
        ("0 24 * * *", "no hour 24"),
        ("60 6 * * *", "no minute 60"),
        ("0 6 32 * *", "not one day"),
        ("0 6 1,15 * *", "not one day"),
        ("0 6 * * 8", "day of the week"),
        ("0 6 * * 5-1", "day of the week"),
        ("0 6 * * mon#1", "day of the week"),
        ("0 6 * * 1/2", "day of the week"),
        ("0 6 * * 1-5/0", "day of the week"),
        ("0 ٦ * * *", "not one number"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_with_its_reason(line, why):
    with pytest.raises(InvalidInput, match=why) as refused:
        from_cron(line)

    assert refused.value.field == "cron"
    assert refused.value.hint
