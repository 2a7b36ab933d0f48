"""Settings of the whole suite, and the one PostgreSQL server of its process."""

import os

from hypothesis import HealthCheck, settings

from claw_testing.scratch_database import scratch_server

__all__ = ["scratch_server"]

# Generated examples are the same in every run of CI, so that a red run can be repeated
# anywhere; a person's machine keeps looking for new ones, and looks harder with
# `make test ARGS=--hypothesis-profile=thorough`. No deadline: two cores shared by several
# workers would fail a test for being scheduled late.
settings.register_profile("dev", deadline=None, print_blob=True, max_examples=50)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=1000)
settings.register_profile(
    "ci",
    settings.get_profile("dev"),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
