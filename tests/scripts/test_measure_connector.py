"""Measuring a connector's source tree: branches, the ledger, the simulator's shapes."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAPPING = """
def kind_of(row):
    if row == "job":
        return "visit"
    return "other"
"""


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    path = ROOT / "scripts" / "measure_connector.py"
    spec = importlib.util.spec_from_file_location("measure_connector", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with the package ``acme`` and its tests."""
    for name, text in {
        "acme/__init__.py": "",
        "acme/mapping.py": MAPPING,
        "acme/client.py": "PAGE = 250\n",
        "acme/simulator/__init__.py": "def never():\n    return 1\n",
        "acme/conformance.py": "def never():\n    return 1\n",
        "tests/test_mapping.py": "from acme.client import PAGE\n"
        "from acme.mapping import kind_of\n\n\n"
        "def test_kind():\n    assert (kind_of('job'), PAGE) == ('visit', 250)\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_branches_that_no_test_takes_are_told_and_simulators_do_not_count(
    measure: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", str(tree))
    covered = measure.coverage_of(tree / "acme", tree / "tests", tree)
    assert covered["mapping.py"] < 100
    assert covered["package"] > covered["mapping.py"]
    more = "\n\ndef test_other():\n    assert kind_of('plant') == 'other'\n"
    path = tree / "tests" / "test_mapping.py"
    path.write_text(path.read_text() + more)
    assert measure.coverage_of(tree / "acme", tree / "tests", tree)["mapping.py"] == 100


def test_tests_of_shapes_are_counted_and_must_pass(measure: ModuleType, tmp_path: Path):
    assert measure.shape_tests(tmp_path, tmp_path) == 0
    module = tmp_path / "test_acme_shapes.py"
    module.write_text("def test_one():\n    pass\n\n\ndef test_two():\n    pass\n")
    assert measure.shape_tests(tmp_path, tmp_path) == 2
    module.write_text("def test_one():\n    assert False\n")
    with pytest.raises(SystemExit):
        measure.shape_tests(tmp_path, tmp_path)


def test_a_vendor_without_a_ledger_has_no_edge_cases_to_count(measure: ModuleType):
    assert measure.ledger_of("nobody", ROOT) == (None, None)
    cases, open_cases = measure.ledger_of("simpro", ROOT)
    assert cases == 72
    assert open_cases is not None
