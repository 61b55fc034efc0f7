"""Tables for a terminal: what leaves, what is cut, and what never breaks."""

from __future__ import annotations

import pytest

from bot.commands.tables import Row, Table

TABLE = Table(("when", "notes", "cost", "why"), ("notes",), "why")
ROWS = [
    Row(("11-21 15:26", "a long note", "≤ $0.28", "it was refused four times and then some"), ["  1. " + "x" * 60]),
    Row(("11-21 15:27", "", "$0.01", "")),
]


def test_where_nothing_limits_it_every_row_is_one_whole_line() -> None:
    assert TABLE.lines(ROWS, None) == [
        "when         notes        cost     why",
        "11-21 15:26  a long note  ≤ $0.28  it was refused four times and then some",
        "  1. " + "x" * 60,
        "11-21 15:27               $0.01",
    ]


def test_a_column_leaves_before_another_one_is_cut_to_little() -> None:
    assert TABLE.lines(ROWS, 60) == [
        "when         notes        cost     why",
        "11-21 15:26  a long note  ≤ $0.28  it was refused four time…",
        "  1. " + "x" * 54 + "…",
        "11-21 15:27               $0.01",
    ]
    assert TABLE.lines(ROWS, 50)[:2] == [
        "when         cost     why",
        "11-21 15:26  ≤ $0.28  it was refused four times a…",
    ]


@pytest.mark.parametrize("width", range(25, 100))
def test_no_line_is_longer_than_the_terminal_and_no_sum_is_broken(width: int) -> None:
    lines = TABLE.lines(ROWS, width)

    assert max(map(len, lines)) <= width
    assert "11-21 15:26  " in lines[1]
    assert "≤ $0.28  it" in lines[1]


def test_wide_characters_count_for_two() -> None:
    table = Table(("who", "why"), (), "why")

    assert table.lines([Row(("日本", "日本語日本語日本語日本語日本語"))], 20) == ["who   why", "日本  日本語日本語…"]
