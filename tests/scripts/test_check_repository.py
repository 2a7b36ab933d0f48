"""The hygiene check sees what must not be committed, and passes on what may."""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_repository.py"
faults = runpy.run_path(str(SCRIPT), run_name="check_repository")["faults"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("see https://pypi." + "org/simple", "names a package host"),
        ("# header\n--extra-index" + "-url file:///mirror", "installs from elsewhere"),
        ("cd /ho" + "me/sam/project", "holds a path of one machine"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----", "holds a private key"),
        ("a\n<<<<<<" + "< HEAD\nb", "was merged with its conflicts"),
        ("x" * 1_000_001, "larger than"),
    ],
)
def test_a_planted_fault_is_named_with_its_file(tmp_path: Path, text: str, fault: str):
    path = tmp_path / "planted.txt"
    path.write_text(text)
    (problem,) = faults(path, tmp_path)
    assert problem.startswith("planted.txt")
    assert fault in problem


@pytest.mark.parametrize("text", ["pip install msgspec", "GET /users/7/", "/run/secrets/key"])
def test_ordinary_text_passes(tmp_path: Path, text: str):
    path = tmp_path / "plain.txt"
    path.write_text(text)
    assert faults(path, tmp_path) == []
