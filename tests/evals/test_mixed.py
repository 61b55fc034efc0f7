"""Guards our own sets of several tools, and how well one is grouped offline; docs/evals.md has the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

import evals
from evals.grouping import held_out, measure
from evals.reading import Arrival, rows, truth
from evals.runs import Engine

MIXED = Path(evals.__file__).parent / "mixed"
RECALL, JOIN_F1, ARI = 0.94, 0.66, 0.60  # a little below what was measured: .96, .69, .63
FALSE_JOINS, UNFILED = 0.09, 3


@pytest.mark.parametrize("folder", [MIXED, *sorted((MIXED.parent / "several").iterdir())], ids=lambda each: each.name)
def test_a_set_of_several_tools_is_mixed(folder: Path) -> None:
    arrivals = list(rows(folder / "stream.jsonl", Arrival))
    groups = truth(folder / "truth.jsonl")

    assert [arrival.id for arrival in arrivals] == list(groups)
    assert len(arrivals) >= 60
    assert len(set(groups.values())) >= 25
    assert len({arrival.source for arrival in arrivals}) >= 6
    assert [arrival.created_at for arrival in arrivals] == sorted(arrival.created_at for arrival in arrivals)


def test_the_offline_engine_groups_the_mixed_set_as_well_as_it_did() -> None:
    figures, _ = measure(MIXED, "truth.jsonl", Engine.OFFLINE, held_out("mixed"))

    assert figures["recall@10"] >= RECALL
    assert figures["join_f1"] >= JOIN_F1
    assert figures["ari"] >= ARI
    assert figures["false_join_rate"] <= FALSE_JOINS
    assert figures["unfiled"] <= UNFILED
