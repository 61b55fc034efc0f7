"""Which characters end a file's lines: an agent writes line feeds, and a file of Windows' lines must stay one."""

from __future__ import annotations

import re


def as_in(text: str, words: str) -> str:
    """The words with line ends as in the text, if all of its lines end in the same way."""
    ends = text.count("\n")
    if ends and text.count("\r\n") == ends:
        return re.sub(r"\r?\n", "\r\n", words)
    return words
