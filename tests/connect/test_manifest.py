"""Reading manifests."""

import pytest

from claw.connect import Mode, Removal
from claw.connect.manifest import load_manifest, stream_specs
from claw.core.errors import InvalidInput
from claw_testing.acme import MANIFEST


def test_a_good_manifest_gives_its_streams_in_the_contracts_types() -> None:
    (spec,) = stream_specs(load_manifest(MANIFEST))
    assert spec.modes == frozenset({Mode.WINDOW, Mode.BY_ID})
    assert spec.removal is Removal.WINDOW_DIFF
    assert spec.produces == ("appointment",)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('key = "acme"', 'key = "Acme!"', "key"),
        ('key = "acme"', 'key = "acme', "manifest"),
        ('key = "acme"', "", "manifest"),
        ('key = "acme"', 'key = "acme"\nsurprise = 1', "manifest"),
        ('title = "Zone"', "title = 7", "settings[3].title"),
        ("claw.connector/1", "claw.connector/9", "contract"),
        ("claw.schedule/1", "claw.schedule/9", "schema"),
        ('origin = "base_url"', 'origin = "zone"', "origin"),
        ('secret = "api_key"', 'secret = "zone"', "auth.secret"),
        ("requests = 10", "requests = 0", "limit.requests"),
        ('rate_setting = "requests_per_second"', 'rate_setting = "zone"', "limit.rate_setting"),
        ('name = "zone"', 'name = "base_url"', "settings"),
        ('name = "zone"', 'name = "Zone"', "settings[3].name"),
        ('"/api/info/"', '"/api/info/"\nmethod = "POST"', "reads[2].cites"),
        ('"/api/info/"', '"/api/info/"\nmethod = "DELETE"', "reads[2].method"),
        ('"/api/info/"', '"api/info/"', "reads[2].template"),
        ('"/api/info/"', '"/api/info/?all=1"', "reads[2].template"),
        ('"/api/info/"', '"/api/../info/"', "reads[2].template"),
        ('"/api/info/"', '"/api//info/"', "reads[2].template"),
        ('"/api/info/"', '"/api/x{id}/"', "reads[2].template"),
        ('"/api/info/"', '"/api/{id}/{id}"', "reads[2].template"),
        ('"/api/info/"', '"/api/companies/{company}/visits/"', "reads"),
        ('columns = ["ID", "Date"]', 'columns = ["ID,Date"]', "reads[0].columns"),
        ('modes = ["window", "by_id"]', 'modes = ["sometimes"]', "streams[0].modes"),
        ('modes = ["window", "by_id"]', "modes = []", "streams[0].modes"),
        ('modes = ["window", "by_id"]', 'modes = ["by_id"]', "streams[0].removal"),
        ('produces = ["appointment"]', 'produces = ["invoice"]', "streams[0].produces"),
        ("acme_connector.simulator:create_simulator", "acme", "simulator"),
        ('key = "acme"', 'key = "acme"\nconformance = "acme"', "conformance"),
    ],
)
def test_a_bad_manifest_is_refused_with_the_key_at_fault(old: str, new: str, field: str) -> None:
    text = MANIFEST.decode()
    assert old in text
    with pytest.raises(InvalidInput) as raised:
        load_manifest(text.replace(old, new).encode())
    assert raised.value.field == field


def test_a_method_that_is_cited_to_only_read_is_admitted() -> None:
    cited = '"/api/info/"\nmethod = "POST"\ncites = "https://acme.example/docs/search"'
    manifest = load_manifest(MANIFEST.decode().replace('"/api/info/"', cited).encode())
    assert manifest.reads[2].method == "POST"
