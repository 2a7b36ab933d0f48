"""Data-quality flags of an appointment: what is odd about what the source said."""

from typing import Literal, get_args

Flag = Literal[
    "crosses_midnight",
    "customer_unresolved",
    "enrichment_missing",
    "overlong",
    "stale_enrichment",
    "time_ambiguous",
    "time_conflict",
    "time_shifted_gap",
    "time_unreadable",
    "unassigned",
    "zero_length",
    "zone_assumed",
]

FLAGS: frozenset[str] = frozenset(get_args(Flag))

STALE_ENRICHMENT: Flag = "stale_enrichment"
"""The only volatile flag: a linked record could not be read now, the last one is used."""
