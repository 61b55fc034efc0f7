"""What a tool answers is bounded: long texts are cut in the middle, long lists come in pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.prompts import quoted

TEXT_LIMIT = 12_000
LINE_LIMIT = 400


def clip(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, cut in its middle to about `limit` characters; head and tail stay, and it says what is missing."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 5, limit * 3 // 5
    return f"{text[:head]}\n[… {len(text) - head - tail} characters left out …]\n{text[-tail:]}"


def foreign(text: str, whose: str) -> str:
    """What others wrote, as evidence that cannot break out of its fence, cut to its limit."""
    return quoted(clip(text), whose)


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The text as one line, without what only terminals understand, cut at its end."""
    plain = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    return plain if len(plain) <= limit else f"{plain[:limit]} […]"


def lines_of(text: str) -> list[str]:
    """The lines as git and editors count them: only a line feed ends one."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def clip_line(line: str) -> str:
    """The line, cut at its end."""
    return line if len(line) <= LINE_LIMIT else f"{line[:LINE_LIMIT]} […]"


def page(lines: Sequence[str], offset: int, size: int) -> str:
    """Lines `offset` to `offset + size`, and how to get the rest."""
    shown = [clip_line(line) for line in lines[offset : offset + size]]
    left = len(lines) - offset - len(shown)
    if left > 0:
        shown.append(f"[{left} more of {len(lines)}; go on with offset={offset + size}]")
    return "\n".join(shown)
