"""Events: what happened, as facts that people and programs may follow.

``catalog`` says what kinds there are and what each carries, ``event`` how one is written
down and sent, ``patterns`` which kinds somebody wants, ``signing`` and ``retrying`` how they
reach an endpoint. An event carries references, counts and hashes, never personal data.
Pure; may import core.errors and core.time.
"""
