"""What a tool answers is bounded: long texts are cut in the middle, long lists come in pages."""

from __future__ import annotations

from collections.abc import Sequence

TEXT_LIMIT = 12_000
LINE_LIMIT = 400


def clip(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, cut in its middle to about `limit` characters; head and tail stay, and it says what is missing."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 5, limit * 3 // 5
    return f"{text[:head]}\n[… {len(text) - head - tail} characters left out …]\n{text[-tail:]}"


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
