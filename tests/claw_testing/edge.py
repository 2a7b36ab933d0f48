"""Says in the code which edge case of a vendor's ledger a test proves."""

import re

import pytest

_CASE = re.compile(r"[a-z][a-z0-9_]*:[1-9][0-9]*")


def edge(*cases: str) -> pytest.MarkDecorator:
    """Claim edge cases of the ledgers in ``docs/edge-cases``, such as ``"simpro:14"``.

    Decorates a test, or marks one row of a parametrised test:
    ``pytest.param(..., marks=edge("simpro:14"))``. ``pytest -m edge`` runs them all.
    The ledger reads the source, so the cases must be written out as literals.
    """
    for case in cases:
        if not _CASE.fullmatch(case):
            raise ValueError(f"an edge case reads vendor:number, not {case!r}")
    return pytest.mark.edge(*cases)
