"""From HTTP pages to canonical JSON Lines: our path, a floor, and three peers.

Each contender is a program of its own, ``python -m benchmarks.extraction.<name> ORIGIN OUT``.
It asks for pages until one is empty and writes one line for each canonical record.
"""
