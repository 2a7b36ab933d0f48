"""The connectors that ship with Claw, one folder for each source.

A connector may import ``claw.connect``, ``claw.core.model``, ``claw.core.time`` and
``claw.core.phones``; never another connector, never the engine or the store. Whatever
is particular to one vendor lives in its folder and nowhere else.
"""
