"""The rules on texts written to be hard for them: see hard_texts.py and hard_attacks.py."""

from __future__ import annotations

import pytest

from agents.screening.attacks import find_attack
from storage.judgments import Threat
from tests.agents.hard_attacks import ATTACKS, MISSED
from tests.agents.hard_texts import REPORTS


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_looks_like_an_attack_passes(name: str) -> None:
    found = find_attack(REPORTS[name])

    assert found is None, f"{found.quote!r}: {found.reason}"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_that_looks_like_a_report_is_held(name: str) -> None:
    text, threat = ATTACKS[name]

    found = find_attack(text)

    assert found is not None
    assert found.threat is threat
    assert found.quote


def test_what_the_rules_miss_is_known() -> None:
    assert [text for text in MISSED if find_attack(text) is not None] == [], "well done: move them to ATTACKS"


def test_the_tables_are_as_large_as_the_figures_say_and_cover_every_class() -> None:
    assert len(REPORTS) >= 40
    assert len(ATTACKS) >= 40
    assert {threat for _, threat in ATTACKS.values()} == set(Threat)
