"""How some tests are run by vitest, jest, mocha, ava or node's own runner, or by another command of JavaScript. Pure.

Tests are named as the logs do: `test/cart.test.ts > cart > is empty`, `|web| test/a.test.ts > b`; mocha and node leave
out the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_RUNNER = re.compile(r"(?:^|/)(?:vitest|jest)(?:\.[cm]?js)?$")
_MOCHA = re.compile(r"(?:^|/)_?mocha(?:\.[cm]?js)?$")
_AVA = re.compile(r"(?:^|/)ava(?:/entrypoints/cli\.mjs)?$")
_NODE = re.compile(r"(?:^|/)node$")
_NAMED = re.compile(r"(?:\|[^|]+\| +)?(\S+\.[cm]?[jt]sx?)(?:(?:::| > )(.+)| \[ (\S+) \])")
_FILE = re.compile(r"\S+\.[cm]?[jt]sx?")
_BETWEEN = re.compile(r" [>›] ")  # noqa: RUF001 jest's mark
_SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\]")
_WHOLE_FILE = "Test suite failed to run"  # what jest says in the place of a test's name
_HOOK = re.compile(r' > "(?:before|after) (?:all|each)" hook.*$')  # mocha's; its suite is run


def selecting(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """The command that runs these tests: with their files, each once, and a pattern of their names.

    Only runners that are known are given a pattern; what is no test named so is handed on as it is.
    """
    if any(_MOCHA.search(word) for word in command):
        return _mocha(command, tests)
    if any(_AVA.search(word) for word in command):
        return (*command, *(part for title in _titles(tests) for part in ("--match", title)), *_files_alone(tests))
    if _runs_node(command):
        return _node(command, tests)
    files: dict[str, None] = {}
    names: list[str] = []
    for test in tests:
        file, name = _taken_apart(test)
        files[file] = None
        names += [name] if name else []
    if len(names) < len(tests) or not any(_RUNNER.search(word) for word in command):
        return (*command, *files)
    return (*command, *files, "-t", rf"^(?:{'|'.join(dict.fromkeys(names))})(?: |$)")


def names_its_tests(command: Sequence[str]) -> bool:
    """Whether it runs tests again by the names that its log gives them."""
    return any(pattern.search(word) for word in command for pattern in (_RUNNER, _MOCHA))


def takes_tests(command: Sequence[str]) -> bool:
    """Whether it is one of the runners that are known, which run the files or names that are added."""
    return names_its_tests(command) or _runs_node(command) or any(_AVA.search(word) for word in command)


def _runs_node(command: Sequence[str]) -> bool:
    return "--test" in command and any(_NODE.search(word) for word in command)


def _mocha(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """Of files alone nothing but they are run; else the names are looked for in all files that the command runs."""
    if files := _files_alone(tests):
        return (*command, *files)
    names = (_SPECIAL.sub(r"\\\g<0>", _BETWEEN.sub(" ", _HOOK.sub("", title))) for title in _titles(tests))
    return (*command, "-g", rf"^(?:{'|'.join(dict.fromkeys(names))})(?: |$)")


def _node(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """The pattern stands before the files; it is compared with the test's own name, without those of its suites."""
    if files := _files_alone(tests):
        return (*command, *files)
    names = (_SPECIAL.sub(r"\\\g<0>", _BETWEEN.split(title)[-1]) for title in _titles(tests))
    at = command.index("--test") + 1
    return (*command[:at], f"--test-name-pattern=^(?:{'|'.join(dict.fromkeys(names))})$", *command[at:])


def _titles(tests: Sequence[str]) -> list[str]:
    """The tests' names without their files, of files alone none."""
    found = ((_NAMED.fullmatch(test), test) for test in tests if not _FILE.fullmatch(test))
    return list(dict.fromkeys((match[2] or "") if match else test for match, test in found))


def _files_alone(tests: Sequence[str]) -> list[str]:
    return [test for test in tests if _FILE.fullmatch(test)]


def _taken_apart(test: str) -> tuple[str, str]:
    """The file, and the pattern of the name within it, empty for the whole file."""
    named = _NAMED.fullmatch(test)
    if named is None:
        return test, ""
    name = "" if named[2] in {None, _WHOLE_FILE} else _BETWEEN.sub(" ", named[2])
    return named[3] or named[1], _SPECIAL.sub(r"\\\g<0>", name)
