"""Judging how often and how soon a vendor was asked, by its own log."""

import pytest

from claw.connect.conformance.check import CheckFailed
from claw.connect.conformance.throttling import expect_waited, most_within
from claw.connect.conformance.wire import Sent


def sent(at: float, status: int = 200, retry_after: str | None = None) -> Sent:
    return Sent(
        at=at,
        method="GET",
        path="/v1/bookings",
        query="",
        status=status,
        retry_after=retry_after,
        date="Tue, 24 Nov 2026 01:00:00 GMT",
    )


@pytest.mark.parametrize(
    ("times", "seconds", "most"),
    [
        ([], 1.0, 0),
        ([0.0, 0.5, 0.99], 1.0, 3),
        ([0.0, 1.0, 2.0], 1.0, 1),
        ([0.9, 0.95, 1.05, 1.1, 1.95], 1.0, 4),
        ([0.0, 1.0, 1.9], 2.0, 3),
    ],
)
def test_the_busiest_window_may_begin_anywhere(
    times: list[float], seconds: float, most: int
) -> None:
    assert most_within(times, seconds) == most


@pytest.mark.parametrize("retry_after", ["3", "Tue, 24 Nov 2026 01:00:03 GMT"])
def test_asking_again_before_the_time_stated_is_noticed(retry_after: str) -> None:
    expect_waited([sent(0.0, 429, retry_after), sent(3.2)])
    with pytest.raises(CheckFailed, match=r"asked to wait 3 s .* after 2\.90 s"):
        expect_waited([sent(0.0, 429, retry_after), sent(2.9)])


@pytest.mark.parametrize("retry_after", ["0", "soon", None])
def test_where_nothing_usable_is_stated_any_wait_will_do(retry_after: str | None) -> None:
    expect_waited([sent(0.0, 429, retry_after), sent(0.1)])
