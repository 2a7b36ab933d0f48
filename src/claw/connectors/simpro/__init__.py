"""simPRO: schedules of trades businesses, read-only.

``manifest.toml`` says what is read and needed, ``wire`` the vendor's shapes, ``client``
how lists and objects are fetched, ``parts`` which linked objects belong to a row,
``mapping`` what they mean in canonical words (pure), ``connector`` ties them together,
``simulator`` imitates the vendor. May import the connector kit and ``core.model``,
``core.time`` and ``core.phones``; the adapter and its simulator share nothing.
"""
