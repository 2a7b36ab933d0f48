"""Many rows as one relation of a statement.

Few rows travel as arrays. Many are staged in a temporary table that ends with the
transaction: COPY cannot write into tables under row security, but into that one it can.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from claw.store.tenancy import Transaction

ARRAYS_BELOW = 500


class Staged(Struct, frozen=True):
    """Rows inside a statement: what to write after ``from``, and the values that go along."""

    relation: str
    values: tuple[object, ...]


async def stage(
    tx: Transaction,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    *,
    after: int,
) -> Staged:
    """Bring ``rows`` to the database.

    Args:
        tx: the transaction that will use them.
        name: what the relation is called; one name has the same columns everywhere.
        columns: the type of each column by its name.
        rows: the values, in the order of the columns.
        after: how many parameters the statement has before the ones returned.
    """
    if len(rows) < ARRAYS_BELOW:
        arrays = ", ".join(
            f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), start=after + 1)
        )
        relation = f"unnest({arrays}) as {name} ({', '.join(columns)})"
        values = tuple([row[index] for row in rows] for index in range(len(columns)))
        return Staged(relation, values)
    table = f"staged_{name}"
    definition = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    await tx.execute(f"create temporary table if not exists {table} ({definition}) on commit drop")
    await tx.execute(f"truncate pg_temp.{table}")
    await tx.copy(table, tuple(columns), rows)
    return Staged(f"pg_temp.{table} as {name}", ())
