"""``claw summary verify`` and ``claw snapshot thin`` as a person meets them."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

import claw.core.verticals
from claw.connect.simulator import serve_in_thread
from claw.core.model.canonical import canonical_bytes
from claw.core.summaries.document import SummaryInputs, summary_id
from claw_testing.edge import edge
from claw_testing.installation import DAY, Installation, simulator

CHANGED, OK = 6, 0


class Database:
    """The installation's own, as whoever owns its tables."""

    def __init__(self, installation: Installation) -> None:
        self._owner = installation.environment["CLAW_ADMIN_DATABASE_URL"]

    def run(self, table: str, statement: str, *values: object) -> list[Any]:
        async def work() -> list[Any]:
            connection = await asyncpg.connect(self._owner)
            try:
                await connection.execute(f"alter table claw.{table} no force row level security")
                rows = await connection.fetch(statement, *values)
                await connection.execute(f"alter table claw.{table} force row level security")
                return rows
            finally:
                await connection.close()

        return asyncio.run(work())


@edge("time:59")
def test_each_answer_of_a_replay_is_said_and_has_its_exit_code(
    installation: Installation, tmp_path: Path
) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync", *DAY).code == OK
    assert installation.claw("snapshot", "take").code == OK
    told = installation.claw("summary", "--json").json["id"]

    def verify(name: str = told, **environment: str) -> tuple[int, str]:
        ran = installation.claw("summary", "verify", name, **environment)
        return ran.code, (ran.out + ran.err).partition(": ")[2]

    assert verify() == (OK, "identical\n")

    own = tmp_path / "verticals"
    own.mkdir()
    packaged = Path(claw.core.verticals.__file__).with_name("trades.toml").read_text()
    (own / "trades.toml").write_text(packaged.replace('"technician"', '"tradie"'))
    assert verify(CLAW_VERTICALS=str(own)) == (OK, "not replayable: input expired\n")

    database = Database(installation)
    retired = _of_an_older_renderer(database)
    assert verify(retired) == (OK, "not replayable: renderer retired\n")

    swap = (
        "update claw.record_blob set canonical = convert_to(replace("
        "convert_from(canonical, 'UTF8'), $1, $2), 'UTF8')"
    )
    database.run("record_blob", swap, '"status":"confirmed"', '"status":"tentative"')
    code, said = verify()
    assert code == CHANGED
    assert "making the summary again gives different bytes" in said
    database.run("record_blob", swap, '"status":"tentative"', '"status":"confirmed"')
    assert verify() == (OK, "identical\n")

    removed = installation.claw("connection", "remove", "simpro", "--with-data")
    assert removed.code == OK, removed.err
    assert verify() == (OK, "not replayable: erased\n")

    database.run("summary", "update claw.summary set document = document || ' '::bytea")
    code, said = verify()
    assert code == CHANGED
    assert "the stored bytes are not those that were stored" in said


def _of_an_older_renderer(database: Database) -> str:
    """Keep the summary once more, as if a renderer that is gone had made it."""
    (row,) = database.run("summary", "select inputs from claw.summary")
    inputs = replace(msgspec.json.decode(row["inputs"], type=SummaryInputs), renderer="0")
    database.run(
        "summary",
        """
        insert into claw.summary
        select tenant_id, $1, snapshot_id, $2, document, document_hash from claw.summary
        """,
        summary_id(inputs),
        canonical_bytes(inputs),
    )
    return summary_id(inputs)


def test_thinning_says_what_would_go_before_it_does(installation: Installation) -> None:
    vendor = simulator()
    installation.create_tenant()
    with serve_in_thread(vendor.app) as running:
        installation.connect(running.base_url, vendor.api_key)
        assert installation.claw("sync", *DAY).code == OK
    for minute in ("19:00", "19:01", "19:02"):
        clock = f"fixed:2026-11-24T{minute}:00Z"
        assert installation.claw("snapshot", "take", CLAW_CLOCK=clock).code == OK
    later = "fixed:2026-11-30T19:00:00Z"
    dry = installation.claw("snapshot", "thin", "--dry-run", "--json", CLAW_CLOCK=later)
    assert dry.code == OK, dry.err
    assert dry.json == {
        "tenant": "harbour",
        "dry_run": True,
        "snapshots": 3,
        "by_rule": 1,
        "in_use": 0,
        "thinned": 2,
        "collected": {"nodes": 0, "records": 0, "waiting": 0, "more": False},
    }
    assert len(installation.claw("snapshot", "list", "--json").json) == 3
    thinned = installation.claw("snapshot", "thin", CLAW_CLOCK=later)
    assert thinned.code == OK
    assert "thinned          2" in thinned.out
    (left,) = installation.claw("snapshot", "list", "--json").json
    assert left["taken_at"] == "2026-11-24T19:02:00Z"
    assert installation.claw("snapshot", "verify", left["id"]).code == OK
