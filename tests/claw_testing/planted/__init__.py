"""Connectors that each have one fault, and the checks of the suite that must notice it.

Everything here is the sample connector but for one thing. ``maps`` holds faults of the
mapper, ``reads`` of reading, ``leaks`` of discretion, ``declares`` of the manifest,
``records`` of the fixtures.
"""

from claw_testing.planted.declares import DECLARES
from claw_testing.planted.leaks import LEAKS
from claw_testing.planted.maps import MAPS
from claw_testing.planted.plant import Plant
from claw_testing.planted.reads import READS
from claw_testing.planted.records import RECORDS

PLANTS: tuple[Plant, ...] = (*DECLARES, *MAPS, *READS, *LEAKS, *RECORDS)
"""Every planted fault."""

__all__ = ["PLANTS", "Plant"]
