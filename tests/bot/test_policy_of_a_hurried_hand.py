"""Values that people write in signalbox.toml and do not mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import BadPolicy
from agents.terms import Waits
from bot.policy import read_policy
from bot.sources import ALL_KINDS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[waits]\napproval = 3", r'waits\.approval: .*a number with a unit, in quotation marks, such as "90s"'),
        ('[waits]\napproval = "9999999d"', r"waits\.approval: .*100 years at most"),
        ("ripe_weight = inf", r"ripe_weight: .*finite number"),
        ("ripe_weight = nan", r"ripe_weight: "),
        ('ask_emoji = ":mag:"', r"ask_emoji: it has to be an emoji's name as it stands between colons"),
        (
            '[[repositories]]\nname = "acme/shop"\n[[repositories]]\nname = "Acme/Shop"',
            r"repositories: .acme/shop. is there more than once",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "signalbox.toml"
    file.write_text(text)

    with pytest.raises(BadPolicy, match=sentence):
        read_policy(file, ALL_KINDS)


def test_who_builds_terms_in_code_may_give_seconds() -> None:
    assert Waits(approval=90.0).approval == 90.0
