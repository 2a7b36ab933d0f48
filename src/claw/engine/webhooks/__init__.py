"""Telling endpoints what happened: signed, in order, again until it was taken.

``lane`` makes the calls, ``letters`` writes what is sent, ``channel`` delivers summaries the
same way, ``service`` is what people ask. A call stands in the database before it is made;
one that nobody came back from is made again, under the same id. May import core and ports.
"""
