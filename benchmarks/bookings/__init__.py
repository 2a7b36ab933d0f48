"""Bookings, a vendor made for measuring extraction: its pages and a lean connector.

A row becomes one appointment, as a careful author maps it and nothing more. The mapping
imports nothing that needs HTTP or the zone library, so that each peer maps with the very
same code in its own environment.
"""
