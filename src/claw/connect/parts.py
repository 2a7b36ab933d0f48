"""What a bundle's missing parts mean for the appointment made from it."""

from collections.abc import Set

from claw.core.model.flags import Flag
from claw.ports.connector import Bundle, Missing, Raw


def part(bundle: Bundle, role: str) -> Raw | None:
    """The part in ``role``, None where there is none or it could not be had."""
    found = bundle.parts.get(role)
    return found if isinstance(found, Raw) else None


def enrichment_flags(bundle: Bundle, about_customer: Set[str]) -> tuple[Flag, ...]:
    """The flags that missing parts bring, sorted.

    ``about_customer`` are the roles through which the source points to a customer, job
    or contact: one that permanently does not exist is ``customer_unresolved``. Any part
    that could not be read for want of permission or through trouble is
    ``enrichment_missing``. A role may be numbered, ``contact:2`` is a ``contact``.
    """
    flags: set[Flag] = set()
    for role, found in bundle.parts.items():
        if not isinstance(found, Missing):
            continue
        if found.code != "not_found":
            flags.add("enrichment_missing")
        elif role.partition(":")[0] in about_customer:
            flags.add("customer_unresolved")
    return tuple(sorted(flags))
