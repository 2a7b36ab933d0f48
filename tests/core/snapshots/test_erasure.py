"""Erased records: told apart from records, from tampering, and from what left the schedule."""

from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.model.normalise import store_form
from claw.core.model.reference import Ref
from claw.core.snapshots.erasure import erased_bytes, is_erased
from claw_testing.bayside import job, person


def test_what_stands_in_its_place_names_the_record_and_nothing_else():
    assert erased_bytes(Ref("field/visit:1")) == b'{"erased":true,"ref":"field/visit:1"}'


def test_no_record_is_taken_for_an_erased_one():
    for record in (job("1", "25 09:00", "25 10:00"), person("9", "erased")):
        assert not is_erased(store_form(record).canonical)
    assert is_erased(erased_bytes(Ref("field/visit:1")))


def test_it_is_canonical_and_its_hash_is_another():
    body = erased_bytes(Ref("field/visit:1"))
    assert body == canonical_bytes({"ref": "field/visit:1", "erased": True})
    assert content_hash("record", body) != content_hash("record", b"{}")
