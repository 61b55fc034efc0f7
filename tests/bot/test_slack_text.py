"""Slack's writing of text: what is private goes whole, and the rest arrives as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.redaction.redact import Redactor
from bot.slack.text import redacted
from bot.sources.slack import words_of

REDACTOR = Redactor(b"a key of this test")


@pytest.mark.parametrize(
    "said",
    [
        "password=Tr0ub4dor&amp;3xyz",
        "password: Tr0ub4dor&lt;3xyz",
        "Password = Tr0ub4dor&gt;3xyz",
        'password="Tr0ub4dor&amp;3xyz"',
        "the password is Tr0ub4dor&amp;3xyz",
        "password=Tr0ub4dor,3xyz",
        "password=Tr0ub4dor;3xyz",
        "password=Tr0ub4dor(3xyz",
        "--password Tr0ub4dor&amp;3xyz",
        "postgres://app:Tr0ub4dor&amp;3xyz@db.acme.example/shop",
    ],
)
def test_a_password_goes_with_its_tail_however_slack_writes_it(said: str) -> None:
    left = redacted(said, REDACTOR.text)

    assert "<secret:" in left
    assert "Tr0ub4dor" not in left
    assert "3xyz" not in left


def test_mentions_links_and_what_was_typed_stay_as_slack_wrote_them() -> None:
    said = (
        "<@U012AB3CD> see <https://a.example/?x=1&amp;y=2|here>, if a &lt; b &amp;&amp; &lt;@U09&gt; &amp;lt; "
        "token=Tr0ub4dor3"
    )

    left = redacted(said, REDACTOR.text)

    assert left.startswith(said.removesuffix("Tr0ub4dor3") + "<secret:")


@given(st.text(alphabet="ab &<>;|@amplgt"))
def test_text_without_anything_private_is_written_as_it_was(typed: str) -> None:
    written = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert redacted(written, str) == written
    assert words_of(redacted(written, str)) == words_of(written)
