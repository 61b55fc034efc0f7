"""The README's state chart is the move table."""

from __future__ import annotations

import re
from pathlib import Path

from storage.status import CLOSED, MENDED_BY_HAND, MOVES, WORKED_ON, Mover, Status

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_chart_shows_every_move_but_those_told_in_words() -> None:
    drawn = {
        (Status(before), Status(after)): frozenset(Mover(name) for name in movers.split(", "))
        for before, after, movers in re.findall(r"^    (\w+) --> (\w+): ([\w, ]+)$", README, re.MULTILINE)
    }
    told = {pair for pair in MOVES if Status.STUCK in pair or pair[1] is Status.DISMISSED}

    assert drawn == {pair: movers for pair, movers in MOVES.items() if pair not in told | MENDED_BY_HAND}


def test_what_is_told_in_words_is_true() -> None:
    words = " ".join(README.split())
    named = re.search(r"the machine may get `stuck` in (.*?), says why", words)

    assert named is not None
    assert {Status(name) for name in re.findall(r"`(\w+)`", named[1])} == WORKED_ON
    assert {before for before, after in MOVES if after is Status.DISMISSED} == set(Status) - CLOSED
    assert "from any status but `resolved`" in words
    by_hand = re.search(r"From (.*?) a person leads what they mend by hand straight to (.*?):", words)
    assert by_hand is not None
    before, after = ([Status(name) for name in re.findall(r"`(\w+)`", part)] for part in by_hand.groups())
    assert {(one, other) for one in before for other in after} == MENDED_BY_HAND
