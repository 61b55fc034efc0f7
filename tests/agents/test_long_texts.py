"""What reads signals whole reads a long one in its time: while a pattern is tried nothing else in the bot runs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from agents.adapters.chatter import tells_of_a_problem
from agents.cases import SeenSignal
from agents.evidence.reproducing import tells_steps
from agents.frames import files_of, frames
from storage.columns import now


def _steps(text: str) -> bool:
    return tells_steps(SeenSignal(external_id="a", source="slack", body=text, happened_at=now()))


@pytest.mark.parametrize("read", [frames, files_of, _steps, tells_of_a_problem])
@pytest.mark.parametrize(
    ("lead", "scrap"),
    [
        *(("It breaks", scrap) for scrap in ("\n", " \n", "\r\n", " ", "a@b:1", "at a (")),
        ("#0  0x1 in ?? () from ", "1"),
    ],
)
def test_four_times_the_text_takes_four_times_as_long(read: Callable[[str], object], lead: str, scrap: str) -> None:
    def seconds(length: int) -> float:
        began = time.thread_time()
        read(f"{lead}{scrap * (length // len(scrap))}x")
        return time.thread_time() - began

    def is_linear() -> bool:  # a pattern that goes back over what it has read would take sixteen times as long
        return seconds(20_000) < 10 * seconds(5_000) + 0.05

    assert is_linear() or is_linear()


def test_frames_are_read_behind_empty_lines_and_with_the_line_ends_of_any_system() -> None:
    trace = (
        "Error: x\r\n\r\n\r\n    at draw (app/a.js:1:2)\r\n   at app/b.js:3:4 \r\npaint@https://x.example/c.js:5:6\r\n"
    )
    assert frames(trace) == ("draw",)
    assert files_of(trace) == ("app/a.js", "app/b.js", "https://x.example/c.js")
