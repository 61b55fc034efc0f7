"""run_tests: does it hold?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.suites.naming import running
from agents.tools.hands import Hands
from agents.tools.run_command import told


class RunTests(BaseModel):
    """Arguments of run_tests."""

    ids: tuple[str, ...] = Field(
        default=(),
        description="Tests to run, as the runner's log names them: tests/test_shop.py::test_total, in JavaScript"
        " test/shop.test.ts > total > is 0, TestTotal of Go, shop::tests::total of Rust; none for the whole suite.",
    )


def run_tests(hands: Hands) -> Tool:
    """The repository's own test command."""

    def work(asked: RunTests) -> str:
        if options := [one for one in asked.ids if one.startswith("-")]:
            raise ToolFault(f"{options[0]!r} is an option, not a test; use run_command for special runs.")
        ran = hands.workspace.run(running(hands.repository.test_command, asked.ids), seconds=seconds)
        return hands.redact(told(ran, seconds))

    seconds = hands.repository.test_minutes * 60
    command = " ".join(hands.repository.test_command)
    description = (
        f"Run `{command}` on the given tests, or on the whole suite; stopped after {seconds:.0f} seconds."
        " Time counts: run what the change may touch while you work, the whole suite once at the end."
    )
    return Tool(ToolSpec("run_tests", description, RunTests), work)
