"""Country codes, and the names that sources write instead of them."""

import phonenumbers

# Sources in the trades write names; the businesses we serve are in these countries.
_NAMES = {
    "australia": "AU",
    "canada": "CA",
    "ireland": "IE",
    "new zealand": "NZ",
    "singapore": "SG",
    "south africa": "ZA",
    "united kingdom": "GB",
    "great britain": "GB",
    "united states": "US",
    "united states of america": "US",
}


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a code or a known name, None for anything else."""
    cleaned = text.strip()
    named = _NAMES.get(cleaned.lower())
    if named is not None:
        return named
    code = cleaned.upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else None
