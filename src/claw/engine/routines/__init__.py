"""Routines: planned, run once for each local date, kept with what became of them.

``service`` is what people do with them; ``planning`` turns a recurrence into rows and moves
those when a zone or its data changes; ``lane`` runs what is due, one at a time; ``morning``
is the task itself: read, snapshot, summary. The invariant: an occurrence is a row named by
its date, so whatever restarts, crashes or clock changes happen, there is one of each, and
each ends done, failed, missed, skipped or cancelled, visibly. May import core and ports.
"""
