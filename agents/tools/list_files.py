"""list_files: which files are there?"""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import page

PAGE = 200


class ListFiles(BaseModel):
    """Arguments of list_files."""

    under: str = Field(default="", description="Folder to list, relative to the top; empty for the whole checkout.")
    offset: int = Field(default=0, ge=0, description="How many entries to skip, to go on with a long list.")


def list_files(hands: Hands) -> Tool:
    """All files under a folder that git does not ignore, folders first when there are many."""

    def work(asked: ListFiles) -> str:
        under = path_in_checkout(asked.under)
        listed = hands.git("ls-files", "--cached", "--others", "--exclude-standard", "--", under)
        files = sorted(set(listed.output.splitlines()))
        if not files:
            raise ToolFault(f"There is no file under {asked.under!r}.")
        return f"{len(files)} files\n{_folders(files, under)}{page(files, asked.offset, PAGE)}"

    description = (
        "List the files of the checkout, or of one folder of it, with their paths. Ignored files are left out."
    )
    return Tool(ToolSpec("list_files", description, ListFiles), work)


def _folders(files: list[str], under: str) -> str:
    """How many files each folder one level down holds, when the list is too long for one page."""
    if len(files) <= PAGE:
        return ""
    start = 0 if under == "." else len(under) + 1
    counts = Counter(file[start:].split("/")[0] + "/" for file in files if "/" in file[start:])
    return "folders: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())[:60]) + "\n"
