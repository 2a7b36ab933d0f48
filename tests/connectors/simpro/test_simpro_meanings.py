"""What words of a build's own mean, and which words mean nothing to the schedule."""

import pytest
from msgspec import UNSET

from claw_testing.edge import edge
from claw_testing.simpro_bundles import job, mapped, row
from claw_testing.simpro_world import env


@edge("simpro:66")
@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("", "absence"),
        ("Lunch=break", "absence"),
        ("annual leave = absence", "absence"),
        ("Annual Leave=other\nLunch=break", "other"),
        ("11=hold", "hold"),
    ],
)
def test_an_activity_keeps_a_person_away_unless_the_tenant_says_what_else_it_is(
    told: str, kind: str
) -> None:
    leave = row(Type="activity", Reference="11", Project=None)
    found = mapped(
        leave, env(activity_map=told), activity={"ID": 11, "Name": "Annual Leave", "Billable": True}
    )
    assert (found.kind, found.status, found.customer) == (kind, "confirmed", UNSET)
    unread = mapped(leave, env(activity_map=told), activity="unreadable")
    assert unread.kind == "absence"
    assert mapped(row(), env(activity_map="5001=other"), job=job()).kind == "visit"


@edge("simpro:64")
@pytest.mark.parametrize("series", [0, 7, "0", None], ids=repr)
def test_each_row_of_a_series_stands_alone(series: object) -> None:
    first = mapped(row(RecurringScheduleID=series), job=job())
    second = mapped(row(ID=90102, Date="2026-11-25", Blocks=[], RecurringScheduleID=series))
    assert first == mapped(row(), job=job())
    assert (first.ref, second.ref) == ("simpro/schedule:90101", "simpro/schedule:90102")
    assert first.group != second.group


@edge("simpro:65")
@pytest.mark.parametrize("locked", [True, False, "true", 1, None], ids=repr)
def test_a_locked_row_is_a_row_like_any_other(locked: object) -> None:
    found = mapped(row(IsLocked=locked), job=job())
    assert found == mapped(row(), job=job())
    assert found.fixed is UNSET
