"""Stored bytes point where their record does."""

from hypothesis import given
from hypothesis import strategies as st

from claw.core.model.normalise import store_form
from claw.core.model.records import Record, references_of, type_of
from claw.core.model.stored_references import REFERRING, references_in
from claw_testing.schedules import records


@given(st.lists(records, max_size=6))
def test_stored_records_point_where_the_records_do(some: list[Record]) -> None:
    lines = b"\n".join(store_form(record).canonical for record in some)
    assert references_in(lines) == {ref for record in some for ref in references_of(record)}


@given(records)
def test_only_referring_types_point_anywhere(record: Record) -> None:
    assert not references_of(record) or type_of(record) in REFERRING
