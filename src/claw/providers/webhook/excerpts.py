"""What an endpoint said, short and without what it may have echoed."""

import re

LONGEST_BODY = 2048
LONGEST_EXCERPT = 200

# Bounded lengths, so that a hostile body cannot make the search slow.
_ECHOED = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{1,255}"  # e-mail
    r"|\+?\d(?:[ ()-]?\d){5,14}"  # telephone and other long numbers
    r"|[A-Za-z0-9_+/=-]{24,}"  # tokens, signatures, hashes
)
_TAG = re.compile(r"<[^<>]{0,500}>")


def excerpt_of(body: bytes) -> str:
    """At most a line of it; addresses, numbers and tokens become ``…``."""
    text = body[:LONGEST_BODY].decode("utf-8", "replace")
    text = _ECHOED.sub("…", _TAG.sub(" ", text))
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:LONGEST_EXCERPT]
