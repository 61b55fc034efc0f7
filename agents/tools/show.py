"""show: what did a commit change?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolSpec
from agents.tools.hands import Hands, path_in_checkout, revision
from agents.tools.pages import page

PAGE = 250


class Show(BaseModel):
    """Arguments of show."""

    commit: str = Field(description="A commit's hash, as log or blame show it.")
    path: str = Field(default="", description="Only the change of this file or folder; empty for all.")
    offset: int = Field(default=0, ge=0, description="How many lines of the answer to skip.")


def show(hands: Hands) -> Tool:
    """A commit's message and diff."""

    def work(asked: Show) -> str:
        head = "--format=%H%n%ad %an%n%n%B"
        options = ("--date=short", "--stat", "--patch", "--no-color", "--no-ext-diff", "--no-textconv")
        ran = hands.git("show", head, *options, revision(asked.commit), "--", path_in_checkout(asked.path))
        return page(hands.redact_source(ran.output).splitlines(), asked.offset, PAGE)

    description = "Show a commit: its message, which files it changed, and the change itself."
    return Tool(ToolSpec("show", description, Show), work)
