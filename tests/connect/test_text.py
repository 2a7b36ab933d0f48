"""Making text plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from claw.connect.text import blank_to_unset, first_filled, joined, one_line, plain_text
from claw_testing.edge import edge

_PIECES = st.sampled_from(
    [
        "<b>",
        "</b>",
        "<br />",
        "</p>",
        "<li>",
        "&amp;",
        "&lt;",
        "&gt;",
        "lt;",
        "amp;",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "&nbsp;",
        "&#x3c;",
        "\n",
        "\r",
        "\t",
        " ",
        "\x00",
        "\u202e",
        "a",
    ]
)


@edge("simpro:32")
@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("<p>Leak in <b>kitchen</b></p><p>Ring first</p>", "Leak in kitchen\nRing first"),
        ("one<br>two<BR />three<br/>four", "one\ntwo\nthree\nfour"),
        ("<ul><li>tap</li><li>pump</li></ul>", "tap\npump"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("Smith &amp; Sons&nbsp;&lt;3", "Smith & Sons <3"),
        ("&lt;p&gt;escaped&lt;/p&gt;", "escaped"),
        ("&amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt;", "twice"),
        ("<script>steal()</script>after<style>p{}</style>", "after"),
        ("&lt;script&gt;steal()&lt;/script&gt;after", "after"),
        ('<a href="javascript:steal()">link</a>', "link"),
        ("  many   spaces\t here \n\n\n\n\nend ", "many spaces here\n\nend"),
        ("bell\x07 null\x00 back\u202ewards", "bell null\ufffd backwards"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("lone \ud800 surrogate", "lone \ufffd\ufffd\ufffd surrogate"),
        ("", ""),
    ],
)
def test_markup_becomes_the_text_a_person_would_read(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text())
def test_plain_text_is_already_plain(markup: str) -> None:
    once = plain_text(markup)
    assert plain_text(once) == once


def test_hostile_markup_takes_no_longer_than_its_length() -> None:
    for hostile in ("<br" * 60_000, "&amp;" * 60_000, "<" * 60_000, "&lt;br" * 60_000):
        assert len(plain_text(hostile)) <= len(hostile)


def test_a_title_is_one_line() -> None:
    assert one_line("<p>Leak</p><p>kitchen</p>") == "Leak kitchen"


@edge("simpro:27")
@pytest.mark.parametrize("nothing", ["", "   ", "\t\n", "<p> </p>", "&nbsp;", None, 7, []])
def test_every_way_of_writing_nothing_is_absent(nothing: object) -> None:
    assert blank_to_unset(nothing) is UNSET


def test_the_first_that_says_something_is_taken_and_blank_parts_are_left_out() -> None:
    assert first_filled([None, " ", "b", "c"]) == "b"
    assert first_filled([None, ""]) is UNSET
    assert joined(["Ann", "", None, "Lee"]) == "Ann Lee"
    assert joined(["", None]) is UNSET
