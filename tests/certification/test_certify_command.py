"""``claw connector certify`` on a connector that somebody else installed."""

import json
from pathlib import Path

import pytest

from claw_testing import sample_connector
from claw_testing.installation import Installation
from claw_testing.quality_files import quality_file

SUBJECT = "claw_testing.sample_connector.subject:SUBJECT"
TESTS = Path(__file__).parents[1]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder on Python's path with the distribution ``snips-claw``."""
    site = tmp_path / "site"
    package, information = site / "snips_claw", site / "snips_claw-2.1.dist-info"
    package.mkdir(parents=True)
    information.mkdir()
    manifest = Path(str(sample_connector.__file__)).with_name("manifest.toml").read_text()
    (package / "__init__.py").write_text("")
    (package / "connector.py").write_text(
        "from claw_testing.sample_connector.connector import CONNECTOR\n__all__ = ['CONNECTOR']\n"
    )
    (package / "manifest.toml").write_text(f'conformance = "{SUBJECT}"\n{manifest}')
    (package / "quality.toml").write_bytes(quality_file())
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: snips-claw\nVersion: 2.1\n")
    (information / "entry_points.txt").write_text(
        "[claw.connectors]\nsnips = snips_claw.connector:CONNECTOR\n"
    )
    return site


@pytest.fixture
def somewhere(tmp_path: Path, site: Path) -> Installation:
    return Installation(tmp_path, {"PYTHONPATH": f"{site}:{TESTS}"})


def test_it_is_certified_where_it_is_installed(somewhere: Installation):
    ran = somewhere.claw_apart("connector", "certify", "snips", "--only", "c05", "--json")
    assert ran.code == 0, ran.err
    certificate = ran.json
    assert (certificate["distribution"], certificate["version"]) == ("snips-claw", "2.1")
    assert (certificate["reached"], certificate["rules"]) == (None, [])
    assert [(c["number"], c["outcome"]) for c in certificate["checks"]] == [("C05", "passed")]
    assert "C05  Every fixture gives its golden: passed" in ran.err
    assert not (somewhere.home / "data").exists()


def test_a_broken_promise_ends_with_6_and_says_what_was_seen(
    somewhere: Installation, tmp_path: Path
):
    (tmp_path / "site" / "broken.py").write_text(
        "from claw_testing.sample_connector.subject import SnipsSubject\n"
        "class Broken(SnipsSubject):\n"
        "    def goldens(self):\n"
        "        return {}\n"
        "SUBJECT = Broken()\n"
    )
    manifest = tmp_path / "site" / "snips_claw" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace(SUBJECT, "broken:SUBJECT"))
    ran = somewhere.claw_apart("connector", "certify", "snips", "--only", "C05")
    assert ran.code == 6, ran.err
    assert "has no golden" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["square"], 3, "connector_unknown"),
        (["snips", "--only", "C99"], 2, "check_unknown"),
        (["snips", "--only", "C05", "--report", "here.md"], 2, "usage"),
    ],
)
def test_what_cannot_be_certified_is_refused_with_the_reason(
    somewhere: Installation, arguments: list[str], code: int, error: str
):
    ran = somewhere.claw_apart("connector", "certify", *arguments, "--json")
    assert (ran.code, json.loads(ran.out)["error"]["code"]) == (code, error)


def test_a_connector_that_names_no_subject_or_has_no_quality_file_is_told_so(
    somewhere: Installation, tmp_path: Path
):
    package = tmp_path / "site" / "snips_claw"
    quality = (package / "quality.toml").read_bytes()
    (package / "quality.toml").unlink()
    ran = somewhere.claw_apart("connector", "certify", "snips", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "quality_missing")
    (package / "quality.toml").write_bytes(quality)
    manifest = package / "manifest.toml"
    manifest.write_text(manifest.read_text().replace(f'conformance = "{SUBJECT}"\n', ""))
    ran = somewhere.claw_apart("connector", "certify", "snips", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "conformance_unknown")
