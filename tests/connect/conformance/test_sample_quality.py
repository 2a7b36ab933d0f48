"""The sample's quality file is one that others may copy."""

from importlib import resources

from claw.connect.conformance.quality import load_quality


def test_the_samples_quality_file_speaks_of_every_rule_and_exempts_no_check() -> None:
    folder = resources.files("claw_testing.sample_connector")
    quality = load_quality(folder.joinpath("quality.toml").read_bytes())
    assert quality.tier == "none"
    assert set(quality.exemptions.values()) == set()
