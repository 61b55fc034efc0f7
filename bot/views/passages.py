"""What an agent wrote at length, taken apart: paragraphs, lists, code. Pure.

Agents write Markdown, and Slack's blocks do not read it: a list would stand there as lines with dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_BULLET = re.compile(r"\s*[-*•]\s+(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_HEADING = re.compile(r"#{1,6}\s+(?=\S)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_INDENT = "    "


class Shape(StrEnum):
    """What a passage is drawn as."""

    WORDS = "words"
    BULLETS = "bullet"
    NUMBERS = "ordered"
    CODE = "code"


@dataclass
class Passage:
    """Some lines that belong together: of a list an item each, of anything else as they stand."""

    shape: Shape
    lines: list[str] = field(default_factory=list)
    first: int = 1  # number of the first item

    @property
    def text(self) -> str:
        """All of it, without empty lines around it."""
        return "\n".join(self.lines).strip("\n")


def passages(text: str) -> list[Passage]:
    """The passages in their order; none for an empty text."""
    return [each for each in _Reader().read(text) if each.text.strip()]


class _Reader:
    """Reads line by line; what a line is depends on the one before."""

    def __init__(self) -> None:
        self._now = Passage(Shape.WORDS)
        self._fenced = self._blank = False

    def read(self, text: str) -> Iterator[Passage]:
        for line in text.split("\n"):
            before = self._now
            self._take(line.rstrip())
            if self._now is not before:
                yield before
        yield self._now

    def _take(self, line: str) -> None:
        if _FENCE.match(line):
            self._fenced = not self._fenced
            self._now = Passage(Shape.CODE if self._fenced else Shape.WORDS)
        elif self._fenced:
            self._now.lines.append(line)
        elif not line:
            self._blank = True
            return
        else:
            self._line(line)
        self._blank = False

    def _line(self, line: str) -> None:
        if self._goes_on(line):
            gap = [""] if self._blank else []
            self._now.lines += [*gap, line.removeprefix(_INDENT)]
        elif line.startswith(_INDENT) and self._now.shape is Shape.WORDS and (self._blank or not self._now.lines):
            self._now = Passage(Shape.CODE, [line.removeprefix(_INDENT)])
        elif (numbered := _NUMBER.match(line)) is not None:
            self._item(Shape.NUMBERS, line[numbered.end() :], int(numbered[1]))
        elif (dashed := _BULLET.match(line)) is not None:
            self._item(Shape.BULLETS, line[dashed.end() :])
        elif self._is_item and line.startswith(" "):
            self._now.lines[-1] += f"\n{line.strip()}"
        else:
            self._words(_HEADING.sub("", line))

    @property
    def _is_item(self) -> bool:
        return self._now.shape in (Shape.BULLETS, Shape.NUMBERS)

    def _goes_on(self, line: str) -> bool:
        return self._now.shape is Shape.CODE and line.startswith(_INDENT)

    def _item(self, shape: Shape, words: str, number: int = 1) -> None:
        if self._now.shape is not shape:
            self._now = Passage(shape, first=number)
        self._now.lines.append(words)

    def _words(self, line: str) -> None:
        if self._now.shape is not Shape.WORDS:
            self._now = Passage(Shape.WORDS)
        elif self._blank and self._now.lines:
            self._now.lines.append("")
        self._now.lines.append(line)
