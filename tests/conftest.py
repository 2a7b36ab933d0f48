"""Settings of the whole suite."""

import os

from hypothesis import HealthCheck, settings

# Generated examples are the same in every run of CI, so that a red run can be repeated
# anywhere; a person's machine keeps looking for new ones. No deadline: two cores shared
# by several workers would fail a test for being scheduled late.
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
