"""log: which commits touched this?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import page

FORMAT = "--format=%h %ad %an: %s"


class Log(BaseModel):
    """Arguments of log."""

    path: str = Field(default="", description="Only commits that touched this file or folder; empty for all.")
    words: str = Field(default="", description="Only commits that added or removed this exact text.")
    limit: int = Field(default=20, ge=1, le=100)


def log(hands: Hands) -> Tool:
    """The newest commits, one a line."""

    def work(asked: Log) -> str:
        pickaxe = [f"-S{asked.words}"] if asked.words else []
        where = path_in_checkout(asked.path)
        ran = hands.git("log", FORMAT, "--date=short", f"--max-count={asked.limit}", *pickaxe, "--", where)
        if not ran.output.strip():
            return "No commit matches."  # which may be cited
        return page(hands.redact_source(ran.output).splitlines(), 0, asked.limit)

    description = (
        "List commits, newest first: hash, date, author, subject. Can be narrowed to a path or a changed text."
    )
    return Tool(ToolSpec("log", description, Log), work)
