"""Adapters to the machine itself: the clock, random ids, encryption.

The only place outside the store where real time and randomness enter. May import ports
and core.
"""
