"""Which snapshots the rule keeps, whatever was taken when."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from claw.core.snapshots.retention import ALL_FOR, DAILY_FOR, WEEKLY_FOR, Kept, to_keep
from claw.core.time import day_window, local_date

ZONE = "Australia/Sydney"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

ages = st.integers(0, 900 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
taken = st.lists(ages, max_size=60, unique=True).map(
    lambda found: [
        Kept(name=f"s{place}", taken_at=NOW - age)
        for place, age in enumerate(sorted(found, reverse=True))
    ]
)
zones = st.sampled_from([ZONE, "America/St_Johns", "Pacific/Apia", "Antarctica/Troll"])


def test_all_of_two_days_one_a_day_for_90_and_one_a_week_for_two_years():
    hourly = [
        Kept(name=str(hour), taken_at=NOW - timedelta(hours=hour))
        for hour in range(900 * 24, -1, -1)
    ]
    kept = sorted(int(name) for name in to_keep(hourly, ZONE, NOW))
    assert kept[:49] == list(range(49))
    days = [hour for hour in kept if 48 < hour <= 90 * 24]
    assert len(days) == 88
    assert all(_ends_its_day(NOW - timedelta(hours=hour)) for hour in days)
    weeks = [hour for hour in kept if hour > 90 * 24]
    assert len(weeks) in (91, 92)
    assert all(_on(hour).isoweekday() == 7 for hour in weeks)
    assert max(kept) <= 730 * 24


def _on(hours: int) -> date:
    return local_date(NOW - timedelta(hours=hours), ZONE)


def _ends_its_day(instant: datetime) -> bool:
    window = day_window(ZONE, local_date(instant, ZONE))
    return window is not None and window.end - instant <= timedelta(hours=1)


@given(taken, zones)
def test_what_is_kept_is_new_or_the_last_of_its_day_or_week(snapshots: list[Kept], zone: str):
    kept = to_keep(snapshots, zone, NOW)
    for place, each in enumerate(snapshots):
        day = local_date(each.taken_at, zone)
        later = [local_date(other.taken_at, zone) for other in snapshots[place + 1 :]]
        age = NOW - each.taken_at
        last_of_day = day not in later and age <= DAILY_FOR
        weeks = {other.isocalendar()[:2] for other in later}
        last_of_week = day.isocalendar()[:2] not in weeks and age <= WEEKLY_FOR
        assert (each.name in kept) == (age <= ALL_FOR or last_of_day or last_of_week)


@given(taken, zones, st.lists(st.integers(0, 900 * 24), max_size=4))
def test_thinning_in_steps_keeps_what_thinning_once_would_have_kept(
    snapshots: list[Kept], zone: str, hours: list[int]
):
    left: list[Kept] = list(snapshots)
    for before in sorted(hours, reverse=True):
        moment = NOW - timedelta(hours=before)
        kept = to_keep([each for each in left if each.taken_at <= moment], zone, moment)
        left = [each for each in left if each.taken_at > moment or each.name in kept]
    assert to_keep(left, zone, NOW) == to_keep(snapshots, zone, NOW)


def test_what_was_taken_before_a_clock_was_put_back_is_kept():
    ahead = Kept(name="ahead", taken_at=NOW + timedelta(days=400))
    assert to_keep([ahead], ZONE, NOW) == {"ahead"}
