"""What may stand in ``quality.toml``; every complaint names the key at fault."""

import pytest

from claw.connect.conformance.quality import load_quality
from claw.core.errors import InvalidInput
from claw_testing.quality_files import quality_file

REASON = '{ exempt = "the vendor has no such thing" }'


def test_a_whole_file_is_read():
    quality = load_quality(quality_file(tier="silver", cut_reads=REASON))
    assert (quality.tier, quality.owner) == ("silver", "Snips owner")
    assert quality.exemptions == {"C07": "the vendor has no such thing"}


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("schema", quality_file().replace(b"claw.quality/1", b"claw.quality/9")),
        ("owner", quality_file().replace(b'"Snips owner"', b'" "', 1)),
        ("rules.cut_reads", quality_file().replace(b'cut_reads = "done"\n', b"")),
        ("rules.invented", quality_file(invented='"done"')),
        ("rules.changes", quality_file(changes='{ exempt = " " }')),
        ("rules.pure_mapping", quality_file(pure_mapping=REASON)),
        ("quality", quality_file(changes='"perhaps"')),
        ("quality", quality_file(tier="diamond")),
        ("quality", b"tier = "),
        ("quality", b"\xff"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_by_its_key(field: str, data: bytes):
    with pytest.raises(InvalidInput) as refused:
        load_quality(data)
    assert (refused.value.code, refused.value.field) == ("quality_invalid", field)


@pytest.mark.parametrize("wrong", [b'rule = "invented"', b'rule = "changes"'])
def test_only_rules_that_people_judge_are_signed(wrong: bytes):
    data = quality_file().replace(b'rule = "runbook_rehearsed"', wrong)
    with pytest.raises(InvalidInput) as refused:
        load_quality(data)
    assert refused.value.field == "sign_offs[0].rule"


def test_a_signature_without_grounds_is_none():
    with pytest.raises(InvalidInput):
        load_quality(quality_file().replace(b'grounds = "looked at it"', b'grounds = ""', 1))
