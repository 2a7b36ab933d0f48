"""Certifying a connector: the whole engine on an empty database, the vendor on a stage.

Part of the composition root, beside ``app``. ``databases`` makes empty databases quickly,
``waiting`` is the clock and the skipped waits, ``installation`` and ``tenancy`` implement
the harness of ``claw.connect.conformance``, ``quality`` and ``evidence`` find what lies
beside a manifest, ``proofs`` looks at what no check can see, ``certify`` runs it all and
``report`` writes it down. ``testing`` is for test suites and the only module that needs
pytest.
"""
