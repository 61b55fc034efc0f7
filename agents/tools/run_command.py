"""run_command: what happens if …?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Ran, Tool, ToolSpec
from agents.suites.terminal import printed
from agents.tools.hands import Hands
from agents.tools.pages import clip
from storage.judgments import MOST_NAMED

MOST_SECONDS = 300
_LONG = f"A command of more than {MOST_NAMED} characters is cited by its beginning, cut there."


class RunCommand(BaseModel):
    """Arguments of run_command."""

    command: str = Field(min_length=1, description='A line for sh, e.g. python -c "import shop; print(shop.total([]))"')
    seconds: int = Field(default=120, ge=1, le=MOST_SECONDS, description="Stopped after this time.")


def run_command(hands: Hands) -> Tool:
    """A shell command in the sandbox: no network, no credential."""

    def work(asked: RunCommand) -> str:
        ran = hands.workspace.run(("sh", "-c", asked.command), seconds=asked.seconds)
        long = f"\n\n({_LONG})" if len(asked.command) > MOST_NAMED else ""
        return hands.redact(told(ran, asked.seconds) + long)

    description = (
        "Run a shell command at the top of the checkout, in a sandbox without network. The repository's own"
        " environment is active, its variables (such as PYTHONPATH) are set. Use it to reproduce the problem and rule"
        " causes out; read files with read_file. Each command starts anew: only what is written inside the checkout is"
        " there for the next one, /tmp is not."
        " The git directory is read-only: to undo a change of yours, run `git archive HEAD src | tar x` or the like."
        f" {_LONG}"
    )
    return Tool(ToolSpec("run_command", description, RunCommand), work)


def told(ran: Ran, seconds: float) -> str:
    """What became of a command: how it ended, then what it printed."""
    late = f"ran out of its {seconds:.0f} seconds; what it had changed in the checkout by then stays changed"
    ended = late if ran.exit_code == 124 else f"exit code {ran.exit_code}"  # noqa: PLR2004 the port's number for a time-out
    return f"{ended}\n{clip(printed(ran.output)) or '(it printed nothing)'}"
