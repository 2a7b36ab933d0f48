"""Bodies as bytes."""

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encode(body: object) -> bytes:
    """JSON with decimals as numbers."""
    return _ENCODER.encode(body)
