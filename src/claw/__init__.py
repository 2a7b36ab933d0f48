"""Claw: an operations engine for businesses that run on appointments.

Layers point inward. ``core`` holds the canonical model and the rules, ``ports`` the
protocols the engine needs, ``engine`` the use cases; ``connect`` is the kit connectors
are written with, ``store`` is PostgreSQL, ``web`` and ``cli`` are thin entry points and
``app`` is the one place that wires them.
"""

__version__ = "0.1.0"
