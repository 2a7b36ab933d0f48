"""Flags that missing parts bring."""

import pytest

from claw.connect import Bundle, Missing, MissingCode, Raw
from claw.connect.parts import enrichment_flags, part
from claw_testing.edge import edge

ABOUT_CUSTOMER = frozenset({"job", "customer", "contact"})
PRIMARY = Raw(source_id="visit:1", body=b"{}")


def bundle(**parts: Raw | MissingCode) -> Bundle:
    return Bundle(
        primary=PRIMARY,
        parts={
            role: each if isinstance(each, Raw) else Missing(source_id=f"{role}:1", code=each)
            for role, each in parts.items()
        },
    )


@edge("simpro:39", "simpro:40")
@pytest.mark.parametrize(
    ("parts", "flags"),
    [
        ({}, ()),
        ({"job": PRIMARY}, ()),
        ({"job": "not_found"}, ("customer_unresolved",)),
        ({"staff": "not_found"}, ()),
        ({"contact": "forbidden"}, ("enrichment_missing",)),
        ({"staff": "forbidden"}, ("enrichment_missing",)),
        ({"staff": "unreadable"}, ("enrichment_missing",)),
        ({"job": "not_found", "site": "forbidden"}, ("customer_unresolved", "enrichment_missing")),
    ],
)
def test_a_missing_part_brings_the_flag_of_its_kind(
    parts: dict[str, Raw | MissingCode], flags: tuple[str, ...]
) -> None:
    assert enrichment_flags(bundle(**parts), ABOUT_CUSTOMER) == flags


def test_a_numbered_role_counts_as_its_kind() -> None:
    missing = Missing(source_id="contact:9", code="not_found")
    numbered = Bundle(primary=PRIMARY, parts={"contact:2": missing})
    assert enrichment_flags(numbered, ABOUT_CUSTOMER) == ("customer_unresolved",)


def test_a_part_that_could_not_be_had_is_none() -> None:
    given = bundle(job=PRIMARY, site="forbidden")
    assert part(given, "job") == PRIMARY
    assert part(given, "site") is None
    assert part(given, "customer") is None
