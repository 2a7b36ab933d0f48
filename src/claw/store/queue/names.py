"""What PgQueuer's objects are called here, and what an entry says."""

from functools import cache
from uuid import UUID

import msgspec
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.ports.driver import Driver

ENTRYPOINT = "lane"
SCHEMA = "claw_queue"


class Call(msgspec.Struct, frozen=True):
    """The payload of an entry: whose lane, and which."""

    tenant: UUID
    kind: str


@cache
def settings() -> DBSettings:
    """Names in our own schema, whatever this process's environment says."""
    defaults = DBSettings.model_construct()
    return DBSettings.model_validate(
        {
            "db_schema": SCHEMA,
            "channel": "ch_pgqueuer",
            "function": "fn_pgqueuer_changed",
            "statistics_table": "pgqueuer_statistics",
            "queue_status_type": "pgqueuer_status",
            "queue_table": "pgqueuer",
            "queue_table_log": "pgqueuer_log",
            "trigger": "tg_pgqueuer_changed",
            "schedules_table": "pgqueuer_schedules",
            "prefix": "",
            "durability": defaults.durability,
        }
    )


@cache
def enqueue_sql() -> str:
    """The statement that adds entries."""
    return QueryQueueBuilder(settings()).build_enqueue_query()


def queries(driver: Driver) -> Queries:
    """PgQueuer's operations over a driver, with our names."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings()),
        qbq=QueryQueueBuilder(settings()),
        qbs=QuerySchedulerBuilder(settings()),
    )
