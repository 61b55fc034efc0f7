"""search: where does something stand?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import page

PAGE = 80


class Search(BaseModel):
    """Arguments of search."""

    pattern: str = Field(min_length=1, description="Extended regular expression, as for grep -E.")
    under: str = Field(default="", description="Folder, file or glob such as src/**/*.py to search; empty for all.")
    literal: bool = Field(default=False, description="Take the pattern as plain text.")
    ignore_case: bool = False
    context: int = Field(default=0, ge=0, le=20, description="Lines to show around each hit.")
    offset: int = Field(default=0, ge=0, description="How many lines of the answer to skip.")


def search(hands: Hands) -> Tool:
    """`git grep` over all files that git does not ignore."""

    def work(asked: Search) -> str:
        options = ["--fixed-strings" if asked.literal else "--extended-regexp", f"--context={asked.context}"]
        if asked.ignore_case:
            options.append("--ignore-case")
        where = f":(glob){path}" if "*" in (path := path_in_checkout(asked.under)) else path
        found = hands.git(
            "grep", "--untracked", "--line-number", "-I", "--no-color", *options, "-e", asked.pattern, "--", where
        )
        if found.exit_code == 1:
            return f"Nothing matches {asked.pattern!r} under {asked.under or 'the checkout'}."  # which may be cited
        return page(hands.redact_source(found.output).splitlines(), asked.offset, PAGE)

    description = "Search the contents of files. Answers with path:line:text (path-line-text for lines of context)."
    return Tool(ToolSpec("search", description, Search), work)
