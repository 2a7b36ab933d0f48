"""The queue's tables are those that its release makes, in our schema."""

import re
from pathlib import Path

import claw.store
from claw.store.queue.names import SCHEMA, settings

FOLDER = Path(claw.store.__file__).parent / "migrations"


def statements(sql: str) -> list[str]:
    """Statements without comments and layout."""
    bare = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    return [" ".join(part.split()) for part in bare.split(";") if part.strip()]


def test_the_migration_makes_what_the_installed_release_would_make() -> None:
    from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

    theirs = statements(QueryBuilderEnvironment(settings()).build_install_query())
    (migration,) = FOLDER.glob("*_work.sql")
    ours = statements(migration.read_text(encoding="utf-8"))

    assert [s for s in theirs if s not in ours] == [f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"]
