"""Records that come along with others: checked once, and remembered so many."""

import pytest

from claw.core.model.records import Customer
from claw.core.model.reference import make_ref
from claw.engine.sync import checking
from claw.engine.sync.checking import Companions


def customer(number: int, name: str = "Kim") -> Customer:
    return Customer(ref=make_ref("field", f"customer:{number}"), kind="person", name=name)


def test_a_companion_that_comes_again_is_checked_once() -> None:
    companions = Companions()
    assert companions.checked(customer(1), "field") is companions.checked(customer(1), "field")


def test_a_companion_that_changed_is_checked_again() -> None:
    companions = Companions()
    before = companions.checked(customer(1), "field")
    after = companions.checked(customer(1, "Kimberly"), "field")
    assert after.form.content_hash != before.form.content_hash


def test_of_very_many_the_earliest_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_COMPANIONS", 2)
    companions = Companions()
    first, second, third = (companions.checked(customer(n), "field") for n in (1, 2, 3))
    assert companions.checked(customer(2), "field") is second
    assert companions.checked(customer(3), "field") is third
    again = companions.checked(customer(1), "field")
    assert again is not first
    assert again.form == first.form
