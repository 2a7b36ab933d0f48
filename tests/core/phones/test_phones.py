"""What free text holds in the way of numbers, and whom to reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from claw.core.model.records import Contact, Phone
from claw.core.phones import choose_contact, country_code, mask, metadata_version, parse_phones


@pytest.mark.parametrize(
    ("raw", "country", "e164", "kind"),
    [
        ("0412 345 678", "AU", "+61412345678", "mobile"),
        ("(02) 9876 5432", "AU", "+61298765432", "landline"),
        ("0061 412 345 678", "AU", "+61412345678", "mobile"),
        ("0011 64 21 123 4567", "AU", "+64211234567", "mobile"),
        ("+61 (0)412 345 678", "NZ", "+61412345678", "mobile"),
        ("412345678", "AU", "+61412345678", "mobile"),
        ("1800 123 456", "AU", "+611800123456", "tollfree"),
        ("1300 123 456", "AU", "+611300123456", "shared"),
        ("021 123 4567", "NZ", "+64211234567", "mobile"),
        ("09 300 1234", "NZ", "+6493001234", "landline"),
        ("07400 123456", "GB", "+447400123456", "mobile"),
        ("020 7946 0018", "GB", "+442079460018", "landline"),
        ("(212) 555-1234", "US", "+12125551234", "unknown"),
        ("800-555-1234", "US", "+18005551234", "tollfree"),
    ],
)
def test_a_number_is_read_as_people_of_its_country_write_it(raw, country, e164, kind):
    assert parse_phones(raw, country) == (Phone(raw=raw, e164=e164, kind=kind),)


@pytest.mark.parametrize("joint", [" / ", "; ", ", ", " or ", "\n", " & ", "|"])
def test_a_field_with_two_numbers_gives_one_phone_each_with_the_same_raw(joint):
    raw = f"0412 345 678{joint}02 9876 5432"
    phones = parse_phones(raw, "AU", "Work")

    assert [(p.e164, p.kind) for p in phones] == [
        ("+61412345678", "mobile"),
        ("+61298765432", "landline"),
    ]
    assert {p.raw for p in phones} == {raw}
    assert {p.label for p in phones} == {"Work"}


@pytest.mark.parametrize(
    "raw",
    [
        "0412 345 678 (Andy)",
        "0412 345 678 Andy",
        "0412 345 678 mob",
        "0412 345 678 - wife",
        "Andy: 0412 345 678 (after 3pm)",
    ],
)
def test_words_around_a_number_do_not_hide_it(raw):
    (phone,) = parse_phones(raw, "AU")

    assert (phone.e164, phone.kind, phone.raw) == ("+61412345678", "mobile", raw)


def test_words_between_two_numbers_tell_them_apart():
    found = parse_phones("H 02 9977 1234 M 0412 345 678", "AU")

    assert [(phone.e164, phone.kind) for phone in found] == [
        ("+61299771234", "landline"),
        ("+61412345678", "mobile"),
    ]


def test_a_number_given_twice_is_one_phone():
    assert len(parse_phones("0412 345 678 / +61 412 345 678", "AU")) == 1


def test_text_without_a_valid_number_keeps_its_raw_and_has_no_e164():
    assert parse_phones("0412 345", "AU") == (Phone(raw="0412 345", kind="unknown"),)


@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u00a0"])
def test_a_blank_field_holds_no_phone(blank):
    assert parse_phones(blank, "AU") == ()


def test_without_a_known_country_only_international_numbers_are_valid():
    assert parse_phones("+61 412 345 678", "")[0].e164 == "+61412345678"
    assert parse_phones("0412 345 678", "")[0].e164 is UNSET


NUMBERISH = st.text(alphabet="0123456789+ ()-/;,.xextor&|\n*#", max_size=40)


@given(
    st.one_of(st.text(max_size=60), NUMBERISH), st.sampled_from(["AU", "NZ", "GB", "US", "", "zz"])
)
def test_arbitrary_text_never_raises_and_e164_is_stable(raw, country):
    for phone in parse_phones(raw, country):
        if phone.e164 is UNSET:
            assert phone.kind == "unknown"
        else:
            (again,) = parse_phones(phone.e164, country)
            assert (again.e164, again.kind) == (phone.e164, phone.kind)


MOBILE = Phone(raw="m", e164="+61412345678", kind="mobile")
DESK = Phone(raw="d", e164="+61298765432", kind="landline")


def test_the_contact_is_the_first_with_a_mobile_then_with_a_phone_then_the_first():
    mute, desk = Contact(name="mute"), Contact(name="desk", phones=(DESK,))
    late, later = (Contact(name=n, phones=(DESK, MOBILE)) for n in ("late", "later"))

    assert choose_contact([mute, desk, late, later]) == late
    assert choose_contact([mute, desk]) == desk
    assert choose_contact([mute, Contact(name="other")]) == mute
    assert choose_contact([]) is None


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_masked_number_shows_its_last_three_digits_and_no_more(e164):
    masked = mask(e164)

    assert masked.endswith(e164[-3:])
    assert sum(c.isdigit() for c in masked) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [("Australia", "AU"), (" new zealand ", "NZ"), ("United Kingdom", "GB"),
     ("United States", "US"), ("au", "AU"), ("Atlantis", None), ("", None), ("ZZ", None)],
)  # fmt: skip
def test_a_country_is_known_by_its_code_or_the_name_that_sources_write(text, code):
    assert country_code(text) == code


def test_the_release_of_the_numbering_data_is_known():
    assert metadata_version() == "9.0.43"
