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
    rates: tuple[int, ...]
    warm_up: bool
    peers: bool
    schedules: int
    processes: tuple[int, ...]
    items: int
    due_times: int
    tenants: int
    morning_speed: float
    hour_tenants: int
    hour_speed: float


FULL = Scale(
    rounds=3,
    pages=200,
    rows=250,
    records=100_000,
    batch=5_000,
    days=31,
    sync_days=84,
    rates=(2, 4, 10),
    warm_up=True,
    peers=True,
    schedules=20_000,
    processes=(1, 2),
    items=20_000,
    due_times=10_000,
    tenants=10_000,
    morning_speed=1.0,
    hour_tenants=120,
    hour_speed=30.0,
)
TINY = Scale(
    rounds=1,
    pages=20,
    rows=10,
    records=300,
    batch=200,
    days=3,
    sync_days=1,
    rates=(10,),
    warm_up=False,
    peers=False,
    schedules=200,
    processes=(1,),
    items=80,
    due_times=24,
    tenants=40,
    morning_speed=30.0,
    hour_tenants=2,
    hour_speed=1800.0,
)
