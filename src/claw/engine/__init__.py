"""The use cases: what the engine does, one module each.

Orchestrates core rules over ports; knows no connector, no SQL and no screen. May import
core and ports.
"""
