"""The two places that stand between foreign words and Slack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import Action
from bot.views import parts
from bot.views.escape import is_address, link, one_line, plain, shown
from bot.views.limits import PAYLOAD, cut, cut_middle, size_of, within


@given(text=st.text(max_size=300), limit=st.integers(2, 120))
def test_escaped_words_hold_no_markup_and_keep_their_limit(text: str, limit: int) -> None:
    escaped = plain(text, limit)

    assert len(escaped) <= limit
    assert "<" not in escaped
    assert ">" not in escaped
    rest = escaped.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in rest


def test_escaped_words_read_as_they_were() -> None:
    assert plain("a < b && <!here>") == "a &lt; b &amp;&amp; &lt;!here&gt;"
    assert plain("short") == "short"


@given(text=st.text(max_size=200))
def test_nothing_unseen_is_shown(text: str) -> None:
    assert not set(shown(text)) & set("\x00\x1b\u202e\u2066")
    assert "\n" not in one_line(text)
    shown(text).encode()


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://acme.example/a?b=1&c=2#d", True),
        ("http://127.0.0.1:80/x", True),
        ("javascript:alert(1)", False),
        ("https://a.example/|<!channel>", False),
        ("https://a.example/ b", False),
        ("https://a.example/\n", False),
        ("https://", False),
        ("", False),
        ("https://a.example/" + "x" * 3_000, False),
    ],
)
def test_only_an_ordinary_address_becomes_a_link(url: str, good: bool) -> None:
    assert is_address(url) is good
    assert ("<" in link(url, "label")) is good


def test_a_links_label_cannot_end_the_link() -> None:
    assert link("https://a.example/", "x|y>z") == "<https://a.example/|x/y&gt;z>"


@given(text=st.text(max_size=400), limit=st.integers(60, 200))
def test_cut_words_fit_and_are_never_empty(text: str, limit: int) -> None:
    assert 0 < len(cut(text, limit)) <= limit
    assert 0 < len(cut_middle(text, limit)) <= limit


def test_a_cut_log_keeps_both_ends() -> None:
    log = cut_middle("first\n" + "x" * 10_000 + "\nlast", 500)

    assert log.startswith("first\n")
    assert log.endswith("\nlast")
    assert "characters left out" in log


@given(sizes=st.lists(st.integers(1, 3_000), max_size=70), buttons=st.integers(0, 3))
def test_too_much_is_left_out_from_the_end_and_the_buttons_stay(sizes: list[int], buttons: int) -> None:
    blocks = [parts.paragraph("x" * size) for size in sizes]
    blocks += [parts.buttons(parts.button("Go", Action.RETRY, "{}")) for _ in range(buttons)]
    drawn = within(blocks)

    assert len(drawn) <= 50
    assert size_of(drawn) <= PAYLOAD
    assert sum(each["type"] == "actions" for each in drawn) == buttons
    left_out = sum(each["type"] == "rich_text" for each in drawn) < len(sizes)
    assert any("too long for one message" in str(each) for each in drawn) is left_out


def test_what_an_agent_puts_between_backticks_is_shown_as_code_and_cut_where_all_of_it_is() -> None:
    (section,) = parts.paragraph(*parts.prose("Call `a.b()`, not `c`; a ` alone stays.", bold=True)).to_dict()[
        "elements"
    ]
    pieces = [(each["text"], each["style"]) for each in section["elements"]]

    assert pieces == [
        ("Call ", {"bold": True}),
        ("a.b()", {"bold": True, "code": True}),
        (", not ", {"bold": True}),
        ("c", {"bold": True, "code": True}),
        ("; a ` alone stays.", {"bold": True}),
    ]
    assert sum(len(each.text) for each in parts.prose("`x` " * 100, 50) if isinstance(each, parts.Words)) <= 50
