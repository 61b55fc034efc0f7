"""How some tests are run by vitest, jest or another runner of JavaScript: its command takes files, and a pattern. Pure.

Tests are named as the logs of vitest and jest do: `test/cart.test.ts > cart > is empty`, `|web| test/a.test.ts > b`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_RUNNER = re.compile(r"(?:^|/)(?:vitest|jest)(?:\.[cm]?js)?$")
_NAMED = re.compile(r"(?:\|[^|]+\| +)?(\S+\.[cm]?[jt]sx?)(?:(?:::| > )(.+)| \[ (\S+) \])")
_BETWEEN = re.compile(r" [>›] ")  # noqa: RUF001 jest's mark
_SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\]")
_WHOLE_FILE = "Test suite failed to run"  # what jest says in the place of a test's name


def selecting(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """What goes behind the command so that these tests run: their files, each once, and of their names a pattern.

    Only vitest and jest themselves are given a pattern; what is no test named so is handed on as it is.
    """
    files: dict[str, None] = {}
    names: list[str] = []
    for test in tests:
        file, name = _taken_apart(test)
        files[file] = None
        names += [name] if name else []
    if len(names) < len(tests) or not any(_RUNNER.search(word) for word in command):
        return tuple(files)
    return (*files, "-t", rf"^(?:{'|'.join(dict.fromkeys(names))})(?: |$)")


def _taken_apart(test: str) -> tuple[str, str]:
    """The file, and the pattern of the name within it, empty for the whole file."""
    named = _NAMED.fullmatch(test)
    if named is None:
        return test, ""
    name = "" if named[2] in {None, _WHOLE_FILE} else _BETWEEN.sub(" ", named[2])
    return named[3] or named[1], _SPECIAL.sub(r"\\\g<0>", name)
