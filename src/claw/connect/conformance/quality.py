"""``quality.toml``: what an author claims of a connector, rule by rule, and who stands for it.

Nobody is named in it but by a role: people change, files stay.
"""

import datetime
import tomllib
from collections.abc import Mapping
from typing import Literal, NoReturn

import msgspec
from msgspec import Struct

from claw.connect.conformance.tiers import RULES, Tier
from claw.core.errors import InvalidInput

SCHEMA = "claw.quality/1"
FILE = "quality.toml"


class Exempt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that does not hold, and why that is no defect here."""

    exempt: str


class SignOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's word that a rule holds: in which role, on which date, on what grounds."""

    rule: str
    role: str
    on: datetime.date
    grounds: str


class Quality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``quality.toml``.

    ``owner`` is the role that answers for the connector; ``documentation`` gives, by topic,
    a page within the source tree with the heading's anchor, or an https address; ``rules``
    says of every rule that it is ``done`` or ``todo``, or why it is exempt.
    """

    schema: str
    tier: Tier
    owner: str
    documentation: Mapping[str, str]
    rules: Mapping[str, Literal["done", "todo"] | Exempt]
    sign_offs: tuple[SignOff, ...] = ()

    @property
    def exemptions(self) -> Mapping[str, str]:
        """Reasons by number of the check, for every check of an exempt rule."""
        exempt = {
            rule.name: said.exempt
            for rule in RULES
            if isinstance(said := self.rules[rule.name], Exempt)
        }
        return {
            number: exempt[rule.name]
            for rule in RULES
            if rule.name in exempt
            for number in rule.checks
        }


def load_quality(data: bytes) -> Quality:
    """Decode and check the bytes of a ``quality.toml``.

    Raises:
        InvalidInput: ``quality_invalid``; ``field`` is the key at fault.
    """
    try:
        quality = msgspec.toml.decode(data, type=Quality)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        _refuse("quality", str(problem))
    if quality.schema != SCHEMA:
        _refuse("schema", f"{quality.schema!r} is not supported, this is {SCHEMA}")
    if not quality.owner.strip():
        _refuse("owner", "name the role that answers for the connector")
    known = {rule.name: rule for rule in RULES}
    for name in sorted(set(quality.rules) ^ set(known)):
        _refuse(f"rules.{name}", "is missing" if name in known else "there is no such rule")
    for name, said in quality.rules.items():
        if isinstance(said, Exempt):
            if not said.exempt.strip():
                _refuse(f"rules.{name}", "say why it is exempt")
            if not known[name].exemptible:
                _refuse(f"rules.{name}", f"a rule of {known[name].tier} has no exemption")
    for index, signed in enumerate(quality.sign_offs):
        if signed.rule not in known or not known[signed.rule].signed:
            _refuse(f"sign_offs[{index}].rule", f"{signed.rule!r} is no rule that people sign")
        if not (signed.role.strip() and signed.grounds.strip()):
            _refuse(f"sign_offs[{index}]", "give a role, and the grounds")
    return quality


def _refuse(field: str, why: str) -> NoReturn:
    raise InvalidInput(f"{FILE}: {field}: {why}", code="quality_invalid", field=field)
