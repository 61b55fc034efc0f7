"""How some tests are run by `go test` or `cargo test`: they are named `package.TestName/case`, `module::name`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GO_TEST = re.compile(r"\b((?:Test|Example|Fuzz)\w*)(?:/\S+)?$")
_RUST_PATH = re.compile(r"^\S+\.rs(?:::| > )")


def selecting_go(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...] | None:
    """The command with a pattern of the tests' names, whole ones with all their cases; None for another command."""
    if not _calls(command, "go"):
        return None
    names = [found[1] for test in tests if (found := _GO_TEST.search(test))]
    if len(names) < len(tests):
        return (*command, *tests)
    return (*command, "-run", rf"^(?:{'|'.join(dict.fromkeys(names))})$")


def selecting_cargo(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...] | None:
    """The command with the exact names; None for another command."""
    if not _calls(command, "cargo"):
        return None
    names = dict.fromkeys(_RUST_PATH.sub("", test) for test in tests)
    end = command.index("--") if "--" in command else len(command)
    return (*command[:end], "--", "--exact", *names, *command[end + 1 :])


def _calls(command: Sequence[str], program: str) -> bool:
    words = [word.rpartition("/")[2] for word in command]
    return program in words and "test" in words[words.index(program) :]
