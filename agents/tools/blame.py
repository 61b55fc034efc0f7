"""blame: which commit brought these lines in?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import page

MOST = 100


class Blame(BaseModel):
    """Arguments of blame."""

    path: str
    start: int = Field(ge=1, description="First line, 1-based.")
    lines: int = Field(default=20, ge=1, le=MOST, description="How many lines.")


def blame(hands: Hands) -> Tool:
    """Commit, author and date of each line."""

    def work(asked: Blame) -> str:
        span = f"-L{asked.start},+{asked.lines}"
        ran = hands.git("blame", "--date=short", span, "--", path_in_checkout(asked.path))
        return page(hands.redact_source(ran.output).splitlines(), 0, MOST)

    description = "Show for each line of a stretch of a file which commit last changed it, by whom and when."
    return Tool(ToolSpec("blame", description, Blame), work)
