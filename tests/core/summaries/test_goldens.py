"""The same morning gives the same bytes: today, tomorrow and on every machine."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from claw_testing import morning_forms
from claw_testing.edge import edge
from claw_testing.golden import FOLDER, assert_golden

FORMS = morning_forms.forms()


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_what_it_was_when_somebody_last_looked(name: str):
    assert_golden(name, FORMS[name])


def test_no_golden_is_left_over():
    kept = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "summary/2").iterdir()}
    assert kept == set(FORMS)


@pytest.mark.parametrize(
    ("seed", "zone", "locale"),
    [
        ("0", "Pacific/Apia", "C"),
        ("1", "America/St_Johns", "tr_TR.UTF-8"),
        ("2", "UTC", "ar_EG.UTF-8"),
        ("3", "Australia/Lord_Howe", "tr_TR.UTF-8"),
        ("4", "America/St_Johns", "C"),
    ],
)
@edge("time:60")
def test_neither_the_hash_seed_nor_the_hosts_zone_nor_its_language_shows(
    seed: str, zone: str, locale: str
):
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": zone,
        "LC_ALL": locale,
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path(morning_forms.__file__).parent.parent),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "claw_testing.morning_forms"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [f"{name} {hashlib.sha256(body).hexdigest()}" for name, body in FORMS.items()]
    assert ran.stdout.splitlines() == expected
