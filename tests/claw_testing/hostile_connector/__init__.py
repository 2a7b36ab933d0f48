"""Wirbel, a vendor as awkward as one can be within the law, and an honest connector to it.

Ids are free text, pages shrink, overlap and come shuffled, some are empty in the middle,
filters are ignored, nothing is counted, headers are missing, a byte order mark comes and
goes, the account has no zone, and every word is in another alphabet.
"""
