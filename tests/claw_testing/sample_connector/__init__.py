"""Snips, a vendor nobody has, and the connector to it that others may be modelled on.

A salon's booking system: one list of bookings, counted pages, clients and stylists apart.
``manifest.toml`` says what is read; ``wire`` has the vendor's shapes, ``client`` fetches,
``mapping`` translates, ``connector`` joins them. ``simulator`` plays the vendor, ``subject``
puts it on the suite's stage.
"""
