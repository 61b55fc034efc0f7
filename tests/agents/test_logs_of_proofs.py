"""What a proof keeps of what a run printed."""

from __future__ import annotations

from agents.exchange import Ran
from agents.proof.logs import LOG_LIMIT, log_of

FAILED = "    + Received: [sub] error: unknown option"


def kept(output: str) -> str:
    return log_of(["npx", "jest"], Ran(exit_code=1, output=output, seconds=1.25))


def test_a_table_as_wide_as_its_longest_cell_leaves_room_for_what_failed() -> None:
    rule = f"----------|{'-' * 600}\n"
    row = f"command.js |     100 | 1,2,3{' ' * 600}|\n"

    log = kept("✓ passes\n" * 500 + f"{FAILED}\n" + rule + row * 40 + rule)

    assert FAILED in log
    assert "left out" not in log
    assert f"\n----------|{'-' * 20}\n" in log
    assert "| 1,2,3" in log
    assert log.endswith("\n[exit code 1 after 1.2 s]")


def test_what_is_too_long_all_the_same_is_cut_in_the_middle() -> None:
    log = kept("".join(f"line {number}\n" for number in range(5_000)))

    assert log.startswith("$ npx jest\nline 0\n")
    assert "characters left out" in log
    assert "line 4999" in log
    assert len(log) < LOG_LIMIT + 200
