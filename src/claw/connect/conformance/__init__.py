"""The suite that says whether a connector keeps its promises.

``subject`` is what an author supplies: the connector, and its vendor on a stage whose
schedule and moods the suite can set. ``check`` is one promise, by its number; ``suite``
runs them all. Checks that need a whole engine talk to ``harness``, which the composition
root implements: nothing here knows the engine or a database. May import connect, core.model,
core.time, core.phones and ports. The invariant: a check passes only after it has seen the
behaviour, so every one of them is turned red by a connector that has the fault it looks for.
"""
