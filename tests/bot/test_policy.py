"""Reading signalbox.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import BadPolicy
from agents.terms import Autonomy
from bot.policy import read_policy
from bot.sources import KINDS

EXAMPLE = Path(__file__).parent.parent.parent / "signalbox.example.toml"


def faults(tmp_path: Path, text: str) -> str:
    file = tmp_path / "signalbox.toml"
    file.write_text(text)
    with pytest.raises(BadPolicy) as caught:
        read_policy(file, KINDS)
    return str(caught.value)


def test_the_example_is_valid_and_reads_spans_of_time() -> None:
    policy = read_policy(EXAMPLE, KINDS)

    assert policy.waits.approval == 3 * 86_400
    assert policy.autonomy is Autonomy.ASK
    assert policy.sources["shop-errors"].every == 120


def test_all_faults_are_said_at_once_each_with_its_key(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        """
        colour = "blue"
        autonomy = "yolo"
        ripe_weight = -1
        [[channels]]
        id = "general"
        [waits]
        soak = "soon"
        """,
    )

    for part in ("colour: there is no such key", "autonomy", "ripe_weight", "channels[0].id", "waits.soak", '"5m"'):
        assert part in said
    assert said.count("\n") == 5


def test_what_it_refers_to_must_exist(tmp_path: Path) -> None:
    said = faults(
        tmp_path,
        """
        [[channels]]
        id = "C012AB"
        repository = "acme/nowhere"
        [[channels]]
        id = "C012AB"
        [[repositories]]
        name = "acme/shop"
        [sources.x]
        kind = "carrier pigeon"
        report_to = "C012AB"
        """,
    )

    for part in ("acme/nowhere", "more than once", "carrier pigeon", "github, linear, posthog, sentry", "approvers"):
        assert part in said


@pytest.mark.parametrize("name", ["slack", "backfill:x", "a b", "n" * 41])
def test_a_source_may_not_take_a_name_that_is_ours_or_too_long(tmp_path: Path, name: str) -> None:
    said = faults(tmp_path, f'[sources."{name}"]\nkind = "sentry"\nreport_to = "C012AB"\n')
    assert f"sources.{name}: a source's name is" in said


@pytest.mark.parametrize("text", ["approvers = [", "\x00", 'approvers = "U1"'])
def test_broken_files_give_a_sentence(tmp_path: Path, text: str) -> None:
    assert "signalbox.toml" in faults(tmp_path, text)


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match=r"signalbox\.example"):
        read_policy(tmp_path / "none.toml", KINDS)
