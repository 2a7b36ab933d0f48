"""Telephone numbers: what a source's free text really holds, and whom to reach.

``phonenumbers`` is pinned because its data is an input of what is stored. Pure; may import
the standard library, the canonical records and phonenumbers.
"""

from claw.core.phones.contact import choose_contact
from claw.core.phones.countries import country_code
from claw.core.phones.numbers import mask, metadata_version, parse_phones

__all__ = ["choose_contact", "country_code", "mask", "metadata_version", "parse_phones"]
