"""Visits, a vendor made for measuring: its rows, and a connector that reads them.

The mapping is that of a full connector: every canonical field it can fill, two records a
row, telephone numbers read, free text made plain. What starts after mapping is measured
with it; :mod:`benchmarks.bookings` is the lean vendor of the extraction benchmark.
"""
