"""simPRO keeps every promise of a connector, each looked at by its number."""

from claw.certification.testing import conformance_suite

test_conformance = conformance_suite("simpro")
