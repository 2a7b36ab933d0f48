"""simPRO: schedules of trades businesses, read-only.

``manifest.toml`` says what is read and needed, ``wire`` the vendor's shapes. Reading:
``client`` pages through lists, ``listing`` copes with what is refused or ignored, ``rows``
are the schedules of some dates, ``parts`` the objects they point to, ``checking`` proves a
connection. Meaning, all pure: ``mapping``, with ``times`` and ``people``. ``connector`` ties
them together, ``simulator`` imitates the vendor. May import the connector kit and ``core.model``,
``core.time`` and ``core.phones``; the adapter and its simulator share nothing.
"""
