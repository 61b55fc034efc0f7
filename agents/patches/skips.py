"""Which lines of a patch keep tests from running. Pure.

A new test may say where it cannot run, as `importorskip` does for an older Python: its proof shows that it runs here.
What keeps a test from running that was there before, or any test everywhere, is another matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_SKIP = re.compile(
    r"\b(?:pytest|unittest)\.(?:mark\.)?(?:skip|xfail|importorskip)|(?<![\w.%+-])@(?:skip|expectedFailure)|\bcollect_ignore"
    r"|\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf|fails|failing)\b"
    r"|\bx(?:it|test|describe)\(|^\s*f(?:it|describe)\([\"'`]|\bt\.Skip|#\[(?:cfg_attr\(.*\b)?ignore\b"
)
_OPTION = re.compile(
    r"--(?:deselect|ignore(?:-glob)?)(?![\w-])"
)  # a test may give such a one to the tool that it tests
_ADDED_OPTIONS = re.compile(r"\b(?:addopts|PYTEST_ADDOPTS)\b")
_WITH_A_REASON = re.compile(r"\bpytest\.importorskip\(|@(?:pytest\.mark|unittest)\.skip(?:if|If|Unless)\(")
_TEST = re.compile(r"\s*(?:async )?def test|\s*class \w*Test")

Line = tuple[int, str]  # its number in the new file, and its text


def skips(added: Sequence[Line], *, settings: bool = False) -> list[int]:
    """The numbers of the added lines that keep tests from running, but for a new test's own condition.

    `settings`: of a file that may hold a runner's options.
    """
    return [
        number
        for block in _blocks(added)
        for at, (number, line) in enumerate(block)
        if (_SKIP.search(line) or (_OPTION.search(line) and (settings or _ADDED_OPTIONS.search(line))))
        and not (_WITH_A_REASON.search(line) and _is_of_a_new_test([text for _, text in block], at))
    ]


def _blocks(added: Sequence[Line]) -> Iterator[list[Line]]:
    """The added lines that stand one after the other in the file."""
    block: list[Line] = []
    for line in added:
        if block and line[0] != block[-1][0] + 1:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _is_of_a_new_test(block: list[str], at: int) -> bool:
    """Whether the line decorates a test that is added with it, or stands in the body of one."""
    depth = _depth(block[at])
    if block[at].lstrip().startswith("@"):
        below = (line for line in block[at + 1 :] if line.strip() and _depth(line) == depth)
        decorated = next((line for line in below if not line.lstrip().startswith(("@", ")"))), "")
        return _TEST.match(decorated) is not None
    above = (line for line in reversed(block[:at]) if line.strip() and _depth(line) < depth)
    return _TEST.match(next(above, "")) is not None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
