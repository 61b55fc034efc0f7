"""edit_file: replace one stretch of a file."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.line_ends import as_in
from agents.tools.pages import lines_of
from agents.tools.read_file import text_of

AROUND = 3


class EditFile(BaseModel):
    """Arguments of edit_file."""

    path: str
    old: str = Field(min_length=1, description="The text to replace, exactly as it stands there; must occur once.")
    new: str = Field(description="What to put in its place; empty to delete.")


def edit_file(hands: Hands) -> Tool:
    """An exact and unique replacement, shown with the lines around it."""

    def work(asked: EditFile) -> str:
        text = text_of(hands.workspace, asked.path)
        if asked.old == asked.new:
            raise ToolFault("old and new are the same; nothing would change.")
        old, new = as_in(text, asked.old), as_in(text, asked.new)
        if (times := text.count(old)) != 1:
            raise ToolFault(_not_once(text, asked, times))
        at = text.index(old)
        changed = text[:at] + new + text[at + len(old) :]
        hands.workspace.write(path_in_checkout(asked.path), changed)
        return hands.redact_source(_around(asked.path, changed, at, asked.new))

    description = "Replace one exact stretch of a file. Give enough lines around it that it occurs only once."
    return Tool(ToolSpec("edit_file", description, EditFile), work)


def _not_once(text: str, asked: EditFile, times: int) -> str:
    if times > 1:
        first = asked.old.strip("\n").split("\n")[0]
        lines = [str(number) for number, line in enumerate(lines_of(text), 1) if first in line][:10]
        return f"`old` occurs {times} times in {asked.path} (lines {', '.join(lines)}); give more lines around it."
    if " ".join(asked.old.split()) in " ".join(text.split()):
        return f"`old` is in {asked.path}, but with other spaces or line ends; copy it exactly as read_file shows it."
    return f"`old` does not occur in {asked.path}; read the file again and copy the text exactly."


def _around(path: str, text: str, at: int, new: str) -> str:
    first = text.count("\n", 0, at) + 1
    start, end = max(1, first - AROUND), first + new.count("\n") + AROUND
    lines = lines_of(text)[start - 1 : end]
    body = "\n".join(f"{number:>5}  {line}" for number, line in enumerate(lines, start))
    return f"{path} now reads\n{body}"
