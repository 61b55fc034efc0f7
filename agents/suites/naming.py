"""How some tests are run by a command that runs them all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.suites.naming_compiled import selecting_cargo, selecting_go
from agents.suites.naming_javascript import names_its_tests, selecting, takes_tests

_PYTEST = re.compile(r"(?:^|/)(?:pytest|py\.test)$")
_FOLDER = re.compile(r"env (?:-C |--chdir[= ])(?P<folder>[^ ]+?)/? ")
_DOTTED = re.compile(r"(?:^|/)(?:unittest|manage\.py)$")
_OTHERS = re.compile(r"(?:^|/)(?:unittest|manage\.py|rspec|phpunit)$")
_STOPPING = re.compile(r"--?(?:bail|fail-?fast)(?:=(?!false|0).*)?")
_CALLING_SOMETHING_SO = frozenset({"tox", "nox", "make", "just", "task", "inv", "invoke", "npm", "yarn", "pnpm"})
_SAYING_ALL = ("-rfE", "--maxfail=0", "--verbosity=0")
# Options of pytest and of its usual plugins whose value is the next word; that of any other stands after a `=`.
_VALUED = frozenset(
    {"-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W", "--basetemp", "--capture", "--color", "--confcutdir", "--cov",
     "--cov-config", "--cov-report", "--deselect", "--dist", "--durations", "--ignore", "--ignore-glob",
     "--import-mode", "--junit-xml", "--junitxml", "--log-level", "--maxfail", "--numprocesses", "--override-ini",
     "--rootdir", "--tb", "--timeout"}
)  # fmt: skip


def is_pytest(command: Sequence[str]) -> bool:
    """Whether it is pytest that is run."""
    return any(_PYTEST.search(word) for word in command)


def stops_early(command: Sequence[str]) -> bool:
    """Whether it is told to end with the first failure, so that nothing is known of the tests behind it."""
    return any(_STOPPING.fullmatch(word) for word in command)


def saying_all(command: Sequence[str]) -> tuple[str, ...]:
    """The command, so that what the repository's own settings say of pytest does not hide which tests fail.

    With `addopts = "-q"` beside a `-q` it counts nothing, `-rxXs` names no failure, `-x` stops at the first. What the
    command itself says comes later, and so counts.
    """
    begin = next((at for at, word in enumerate(command) if _PYTEST.search(word)), None)
    if begin is None or _CALLING_SOMETHING_SO & {*command[:begin]}:
        return tuple(command)
    return (*command[: begin + 1], *_SAYING_ALL, *command[begin + 1 :])


def takes_names(command: Sequence[str]) -> bool:
    """Whether it is known to run just the tests that are added to it, as most that call several runners do not."""
    compiled = selecting_go(command, ()) or selecting_cargo(command, ())
    return is_pytest(command) or compiled is not None or takes_tests(command) or any(map(_OTHERS.search, command))


def named_within(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """The tests as a command names them that runs in a folder, `env -C backend pytest`: from there, not the top."""
    where = _FOLDER.match(" ".join(command[:4]))
    return tuple(test.removeprefix("./").removeprefix(f"{where['folder']}/") if where else test for test in tests)


def running(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """The command that runs these tests and no others, or the whole suite when none are named.

    What pytest's command names itself, as `tests` in `pytest -q tests`, would be run as well, so it is left out.
    """
    if not tests:
        return tuple(command)
    tests = named_within(command, tests)
    if any(map(_DOTTED.search, command)) and not is_pytest(command):
        return (*command, *map(_as_module, tests))
    if not is_pytest(command):
        return selecting_go(command, tests) or selecting_cargo(command, tests) or selecting(command, tests)
    begin = next(at for at, word in enumerate(command) if _PYTEST.search(word)) + 1
    return (*command[:begin], *_options(command[begin:]), *tests)


def running_again(command: Sequence[str], tests: Sequence[str]) -> tuple[str, ...]:
    """The command that runs these tests again, as its log named them; all of them where it takes no such names."""
    return running(command, tests) if is_pytest(command) or names_its_tests(command) else tuple(command)


def _as_module(test: str) -> str:
    """A test as unittest and Django call it, `shop.tests.test_cart.Cart.test_sum`; a file by the module that it is."""
    path, *names = test.removeprefix("./").split("::")
    module = path.removesuffix(".py").replace("/", ".") if path.endswith(".py") else path
    return ".".join((module, *names))


def _options(words: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if word.startswith("-") or before in _VALUED:
            yield word
        before = word
