"""The canonical model and the rules of the business, pure.

Nothing here does I/O or reads a clock, an environment variable or a source of
randomness; every function maps frozen values to frozen values, so the same inputs
give the same bytes on every machine. May import the standard library, msgspec, the
zone library and phonenumbers.
"""
