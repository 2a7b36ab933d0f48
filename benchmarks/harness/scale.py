"""How much is measured: all of it, or a pinch to see that it still runs."""

from msgspec import Struct


class Scale(Struct, frozen=True, kw_only=True):
    """Sizes of every benchmark."""

    rounds: int
    pages: int
    rows: int
    records: int
    batch: int
    days: int
    sync_days: int
    paced_schedules: int
    rates: tuple[int, ...]
    peers: bool
    schedules: int


FULL = Scale(
    rounds=3,
    pages=200,
    rows=250,
    records=100_000,
    batch=5_000,
    days=31,
    sync_days=28,
    paced_schedules=5_000,
    rates=(2, 4, 10),
    peers=True,
    schedules=20_000,
)
TINY = Scale(
    rounds=1,
    pages=20,
    rows=10,
    records=300,
    batch=200,
    days=3,
    sync_days=2,
    paced_schedules=0,
    rates=(10,),
    peers=False,
    schedules=200,
)
