"""Lanes: how due work of many tenants is taken in turns by any number of workers.

A lane is (tenant, kind of work). ``runner`` answers a call for a lane: it takes the lane,
works one bounded batch, and lets it go only if nobody has called meanwhile. ``sweep`` finds
due work that nobody works on; it is the truth, calls only make it quick. ``kind`` is what a
kind of work must offer. The invariants: work that is due is never left waiting for longer
than a sweep, and one tenant's backlog never keeps another's waiting. May import core and
ports.
"""
