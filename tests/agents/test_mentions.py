"""Whom a message mentions, as people read it."""

from __future__ import annotations

import pytest

from agents.mentions import legible


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U07SIGNAL> is it <@W01X|ada>?", "@someone is it @someone?"),
        ("in <#C07SOLAR> and <#C07SOLAR|solar>", "in #a-channel and #solar"),
        ("<!here> <!channel|channel> <!subteam^S01|@ops> <!subteam^S01>", "@here @channel @ops @a-group"),
        ("<!date^1700000000^{date}|Tuesday>", "Tuesday"),
        ("List<String> a < b > c <b>x</b> <@>", "List<String> a < b > c <b>x</b> <@>"),
    ],
)
def test_whom_somebody_mentioned_is_read_without_ids(written: str, read: str) -> None:
    assert legible(written) == read
