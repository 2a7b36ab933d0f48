"""Visits, a vendor made for measuring: its pages, and a connector that reads them.

The mapping is that of a real connector (every canonical field it can fill, telephone
numbers read, free text made plain) and imports nothing that needs HTTP or the zone
library, so that each peer maps with the very same code in its own environment.
"""
