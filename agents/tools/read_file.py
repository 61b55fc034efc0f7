"""read_file: what stands in a file?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.checkout.instruction_files import word_about
from agents.exchange import Tool, ToolFault, ToolSpec
from agents.ports import Workspace
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import clip_line, lines_of

MOST = 400


class ReadFile(BaseModel):
    """Arguments of read_file."""

    path: str = Field(description="Path relative to the top of the checkout.")
    start: int = Field(default=1, ge=1, description="First line to show, 1-based.")
    lines: int = Field(default=200, ge=1, le=MOST, description="How many lines to show.")


def read_file(hands: Hands) -> Tool:
    """A page of a file's lines, numbered."""

    def work(asked: ReadFile) -> str:
        path = path_in_checkout(asked.path)
        # The whole file is redacted, not the page alone: a key whose first line is on another page is one all the same.
        lines = lines_of(hands.redact_source(text_of(hands.workspace, path)))
        if asked.start > max(1, len(lines)):
            raise ToolFault(f"{path} has only {len(lines)} lines.")
        last = min(len(lines), asked.start + asked.lines - 1)
        shown = lines[asked.start - 1 : last]
        body = "\n".join(f"{number:>5}  {clip_line(line)}" for number, line in enumerate(shown, asked.start))
        word = word_about(path, hands.repository)
        head = f"{path}, lines {asked.start} to {last} of {len(lines)}"
        return "\n".join(part for part in (head, word, body) if part)

    description = "Read a file, with line numbers. A quote in evidence is the line's text without its number."
    return Tool(ToolSpec("read_file", description, ReadFile), work)


def text_of(workspace: Workspace, path: str) -> str:
    """The text of a file. Raises ToolFault when there is none."""
    try:
        return workspace.read(path_in_checkout(path))
    except FileNotFoundError as error:
        raise ToolFault(f"There is no file {path!r}; list_files shows what is there.") from error
    except (ValueError, IsADirectoryError) as error:
        raise ToolFault(f"{path!r} cannot be read as text: {error}") from error
