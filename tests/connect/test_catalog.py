"""Finding connectors that are installed, without running them."""

import sys
from pathlib import Path

import pytest

from claw.connect.catalog import (
    InstalledConnectors,
    load_connector,
    load_simulator_factory,
    locate_manifests,
)
from claw.core.errors import InstallationBroken, InvalidInput, NotFound
from claw_testing.acme import MANIFEST

CONNECTOR = """
class Acme:
    manifest = None
    async def check(self, ctx): ...
    def read(self, ctx, request): ...
    def map(self, bundle, env): ...
CONNECTOR = Acme()
"""


def install(
    site: Path,
    *,
    package: str = "acme_connector",
    init: str = "",
    distribution: str = "acme-connector",
    manifest: bytes | None = MANIFEST,
    module: str = "connector",
) -> None:
    """Put a distribution on disk as an installer would."""
    folder = site.joinpath(*package.split("."))
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(init)
    (folder / "connector.py").write_text(CONNECTOR)
    (folder / "simulator.py").write_text("def create_simulator(): return 'simulator'")
    if manifest is not None:
        (folder / "manifest.toml").write_bytes(manifest)
    info = site / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    target = f"{package}.{module}" if module else package
    (info / "entry_points.txt").write_text(f"[claw.connectors]\nacme = {target}:CONNECTOR\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith(("acme", "spaced")):
            del sys.modules[name]


def test_a_connector_whose_package_raises_is_still_listed(site: Path) -> None:
    install(site, init="raise RuntimeError('must not run')")
    source = locate_manifests()["acme"]
    assert source.read().name == "Acme"
    assert (source.distribution, source.version) == ("acme-connector", "1.2")
    assert not any(name.startswith("acme_connector") for name in sys.modules)
    with pytest.raises(InstallationBroken) as raised:
        load_connector("acme")
    assert raised.value.field == "acme"


def test_a_connector_in_an_editable_install_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, installed = tmp_path / "src", tmp_path / "site"
    sources.mkdir()
    installed.mkdir()
    install(sources)
    (sources / "acme_connector-1.2.dist-info").rename(installed / "acme_connector-1.2.dist-info")
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.syspath_prepend(str(sources))  # what the installer's .pth file does
    assert locate_manifests()["acme"].path == sources / "acme_connector" / "manifest.toml"


@pytest.mark.parametrize(
    ("given", "way"),
    [
        (["api_key"], "static"),
        (["client_id", "client_secret"], "client_credentials"),
        (["client_id", "client_secret", "refresh_token"], "authorization_code"),
        ([], None),
        (["api_key", "client_id"], None),
    ],
)
def test_the_secrets_there_are_name_the_way_in(given: list[str], way: str | None) -> None:
    assert InstalledConnectors().way_in("simpro", given) == way


def test_a_connector_below_namespace_packages_is_listed(site: Path) -> None:
    install(site, package="spaced.deeper.acme", init="raise RuntimeError")
    assert locate_manifests()["acme"].read().key == "acme"
    assert not any(name.startswith("spaced") for name in sys.modules)


def test_an_entry_point_may_name_the_package_itself(site: Path) -> None:
    install(site, init=CONNECTOR, module="")
    assert locate_manifests()["acme"].read().key == "acme"
    assert load_connector("acme") is not None


def test_a_connector_and_its_simulator_are_loaded_when_asked_for(site: Path) -> None:
    install(site)
    catalog = InstalledConnectors()
    assert catalog.load("acme") is catalog.load("acme")
    assert catalog.manifest("acme").key == "acme"
    assert load_simulator_factory("acme")() == "simulator"


def test_an_unknown_connector_is_not_found_and_the_known_ones_are_named(site: Path) -> None:
    install(site)
    with pytest.raises(NotFound) as raised:
        load_connector("nobody")
    assert "acme" in (raised.value.hint or "")


def test_a_connector_without_a_manifest_says_so_when_it_is_read(site: Path) -> None:
    install(site, manifest=None)
    with pytest.raises(InstallationBroken):
        locate_manifests()["acme"].read()


def test_a_manifest_of_another_key_is_refused(site: Path) -> None:
    install(site, manifest=MANIFEST.replace(b'key = "acme"', b'key = "other"'))
    with pytest.raises(InstallationBroken) as raised:
        locate_manifests()["acme"].read()
    assert raised.value.field == "key"


def test_two_distributions_cannot_claim_one_key(site: Path) -> None:
    install(site)
    install(site, package="acme_rival", distribution="acme-rival")
    with pytest.raises(InstallationBroken) as raised:
        locate_manifests()
    assert raised.value.code == "connector_ambiguous"


def test_the_catalog_checks_settings_by_the_manifest(site: Path) -> None:
    install(site)
    with pytest.raises(InvalidInput) as raised:
        InstalledConnectors().check_settings("acme", {}, {"api_key": "k"})
    assert raised.value.field == "base_url"
