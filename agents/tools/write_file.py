"""write_file: make a new file, or put a whole one in place of another."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.line_ends import as_in


class WriteFile(BaseModel):
    """Arguments of write_file."""

    path: str
    text: str = Field(max_length=100_000, description="The whole text of the file.")


def write_file(hands: Hands) -> Tool:
    """A file with exactly this text."""

    def work(asked: WriteFile) -> str:
        path = path_in_checkout(asked.path)
        try:
            hands.workspace.write(path, _kept(hands, path, asked.text))
        except (ValueError, OSError) as error:
            raise ToolFault(f"{asked.path!r} cannot be written: {error}") from error
        return f"{path} written, {len(asked.text.splitlines())} lines"

    description = "Create a file, or replace a whole one. To change a part of a file use edit_file."
    return Tool(ToolSpec("write_file", description, WriteFile), work)


def _kept(hands: Hands, path: str, text: str) -> str:
    """The text with the line ends of the file that it takes the place of."""
    try:
        return as_in(hands.workspace.read(path), text)
    except (ValueError, OSError):
        return text
