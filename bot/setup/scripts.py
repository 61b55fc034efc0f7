"""How the tests and linters of a package of JavaScript are run, by the scripts of its package.json. Pure.

A runner that is named itself can be given single tests, which `npm test` cannot.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from agents.requirements.tables import Table, table_of

_BY = ("npx", "--no-install")
_RUNS = {"vitest": ("vitest", "run"), "jest": ("jest",), "mocha": ("mocha",), "ava": ("ava",)}  # once, not for ever
_LINTING = ("lint", "typecheck", "type-check", "format:check")
_WRITING = re.compile(r"--(?:fix|write)\b")
_WATCHING = frozenset({"watch", "dev", "--watch", "--watchAll", "--ui", "-w"})
_BETWEEN = frozenset({"&&", "||", ";", "|", "&"})


@dataclass(frozen=True)
class Scripts:
    """A command for the whole suite, and those of linters that change nothing."""

    test_command: tuple[str, ...] = ("npm", "test")
    lint_commands: tuple[tuple[str, ...], ...] = ()


def scripts(package_json: str) -> Scripts:
    """What they are; `npm test` where no runner that is known stands in the script, or what is there is broken."""
    try:
        package = json.loads(package_json)
    except (ValueError, RecursionError):
        return Scripts()
    known = table_of(package, "scripts") if isinstance(package, dict) else {}
    linting = tuple(("npm", "run", name) for name in _LINTING if _only_looks(known.get(name)))
    return Scripts(_tests(known) or Scripts.test_command, linting)


def _only_looks(script: object) -> bool:
    return isinstance(script, str) and bool(script) and not _WRITING.search(script)


def _tests(known: Table) -> tuple[str, ...]:
    """The first runner in the script of the tests, with its arguments."""
    for words in _commands(str(known.get("test", ""))):
        name, arguments = words[0], words[1:]
        if name == "node" and "--test" in arguments:
            return words
        if name in _RUNS:
            runs = _RUNS[name]
            return (*_BY, *runs, *(word for word in arguments if word not in _WATCHING and word not in runs))
    return ()


def _commands(script: str) -> Iterator[tuple[str, ...]]:
    """The commands that a shell would run one after the other; none where it would do more with the words."""
    try:
        words = shlex.split(script)
    except ValueError:
        return
    command: list[str] = []
    for word in (*words, ";"):
        if word not in _BETWEEN:
            command.append(word)
        elif command:
            yield tuple(command)
            command = []
