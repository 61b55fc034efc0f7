"""The figures of a grouping, on groupings small enough to count by hand."""

from __future__ import annotations

import pytest

from evals.metrics import detection_figures, grouping_figures, join_figures, partition_figures, recall_figures

TRUTH = {"a1": "A", "b1": "B", "a2": "A", "c1": "C", "b2": "B", "a3": "A"}


def named(*names: str) -> dict[str, str]:
    return dict(zip(TRUTH, names, strict=True))


def test_a_perfect_grouping_has_perfect_figures() -> None:
    figures = grouping_figures(TRUTH, TRUTH, {name: (TRUTH[name],) for name in TRUTH})

    for name in ("join_f1", "ari", "pair_f1", "bcubed_f1", "homogeneity", "completeness", "recall@1"):
        assert figures[name] == pytest.approx(1.0), name
    assert figures["false_join_rate"] == 0
    assert figures["over_merged"] == figures["under_merged"] == 0


def test_all_new_finds_nothing_and_joins_nothing_falsely() -> None:
    figures = grouping_figures(TRUTH, named("1", "2", "3", "4", "5", "6"))

    assert figures["join_f1"] == figures["ari"] == figures["false_join_rate"] == 0
    assert figures["bcubed_precision"] == 1
    assert figures["under_merged"] == 2


def test_a_join_counts_when_half_of_the_group_is_of_its_kind() -> None:
    said = named("x", "x", "x", "c", "y", "z")  # b1 joins A falsely; a2 joins where half is A; b2 and a3 are missed
    figures = join_figures(TRUTH, said)

    assert figures["due_a_join"] == 3
    assert figures["joins"] == 2
    assert figures["join_precision"] == pytest.approx(1 / 2)
    assert figures["join_recall"] == pytest.approx(1 / 3)
    assert figures["false_join_rate"] == pytest.approx(1 / 3)


def test_pairs_are_counted() -> None:
    figures = partition_figures(TRUTH, named("x", "x", "x", "c", "y", "z"))

    assert figures["pair_precision"] == pytest.approx(1 / 3)  # of a1b1 a1a2 b1a2
    assert figures["pair_recall"] == pytest.approx(1 / 4)  # of a1a2 a1a3 a2a3 b1b2
    assert figures["over_merged"] == 1
    assert figures["under_merged"] == 2


def test_a_candidate_may_be_an_earlier_signal_or_a_group_that_holds_one() -> None:
    said = named("x", "y", "x", "c", "y", "z")
    candidates = {"a2": ("a1",), "b2": ("c", "y"), "a3": ("b2", "c1", "b1", "c", "y")}
    figures = recall_figures(TRUTH, said, candidates)

    assert figures == {
        "recall@1": pytest.approx(1 / 3),
        "recall@5": pytest.approx(2 / 3),
        "recall@10": pytest.approx(2 / 3),
    }


def test_only_the_later_arrivals_are_counted_when_asked_so() -> None:
    said = named("x", "y", "z", "c", "y", "x")
    figures = join_figures(TRUTH, said, since=3)

    assert figures["due_a_join"] == 2
    assert figures["join_f1"] == 1
    assert figures["false_join_rate"] == 0


def test_yes_and_no_are_counted() -> None:
    figures = detection_figures([True, True, False, False], [True, False, True, False])

    assert figures["precision"] == figures["recall"] == figures["false_alarms"] == pytest.approx(0.5)
