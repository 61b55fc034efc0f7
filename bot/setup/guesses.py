"""How a repository's tests are likely to run, by the files at its top. A person corrects it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial
from posixpath import dirname, normpath

from agents.requirements.declared import DECLARING, folded, name_of
from agents.requirements.locks import is_lock, members
from agents.requirements.wanted import MOST, Reading, Wanted, wanted
from bot.setup.generated import preparing
from bot.setup.pythons import fitting_python
from bot.setup.scripts import scripts

_PYTHON = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "requirements.txt", "Pipfile"})
_PROJECT = "pyproject.toml"
_PACKAGE = "package.json"
_RUNNER = "pytest"
_DJANGOS = "manage.py"
_LINTERS = {  # what a fix is held against, by the package that does it
    "ruff": (("ruff", "check", "."), ("ruff", "format", "--check", ".")),
    "black": (("black", "--check", "."),),
    "isort": (("isort", "--check-only", "."),),
    "flake8": (("flake8",),),
}
_BY_RUFF = frozenset({"black", "isort", "flake8"})  # what it took the place of, and others still bring along
_FOLDER = "requirements"
_IN_FOLDER = tuple(f"{_FOLDER}/{name}.txt" for name in ("test", "tests", "testing", "dev", "development", "local"))
_NODE = "lend it node_modules by `dependencies`, or name an `image`"
_OTHERS = (  # a file that tells of a language, how its tests run, and what they need besides
    (
        "go.mod",
        ("go", "test", "./..."),
        "lend it Go and its modules by `toolchains` and `dependencies`, or name an `image`",
    ),
    ("Cargo.toml", ("cargo", "test", "--no-fail-fast"), "lend it Rust by `toolchains`, or name an `image`"),
    ("pom.xml", ("mvn", "-o", "test"), "lend it Maven, a JDK and its packages or name an `image`, and `test_report`"),
    ("Gemfile", ("bundle", "exec", "rspec"), "name an `image` that has its gems"),
)
_RUNNERS = dict.fromkeys(("npx", "npm", "node", "yarn", "pnpm"), _NODE) | {run[0]: to_do for _, run, to_do in _OTHERS}
_UNKNOWN = "say how its tests run (`test_command`)"


_USUAL = ("backend", "server", "api", "app", "service", "web", "frontend", "client")  # folders that hold a project
Listing = Callable[[str], Collection[str]]
"""The names of what is in a folder of the repository."""


def _nothing(_: str) -> Collection[str]:
    return ()


@dataclass(frozen=True)
class Guess:
    """What goes into the policy, and what a person still has to do."""

    test_command: tuple[str, ...] = ("python", "-m", "pytest", "-q")
    files: tuple[str, ...] = ()  # of the repository, that say what is installed
    requirements: tuple[str, ...] = ()  # that no file says
    path: str = ""  # PYTHONPATH
    python: str = ""  # of this machine, where the bot's own will not do
    prepare: tuple[str, ...] = ()
    lint_commands: tuple[tuple[str, ...], ...] = ()
    to_do: str = ""
    installed: Wanted = field(default_factory=Wanted)  # as these say today


def guessed(names: Collection[str], read: Reading, inside: Listing = _nothing) -> Guess:
    """By the names of the files at the top, and what some of them say; else by those of the first usual folder."""
    guess = _guessed(names, read, inside)
    for folder in (each for each in _USUAL if guess.to_do == _UNKNOWN and each in names):
        there = _guessed(inside(folder), partial(_read_in, folder, read), partial(_inside_of, folder, inside))
        if there.to_do != _UNKNOWN:
            return _within(folder, there)
    return guess


def _read_in(folder: str, read: Reading, file: str) -> str | None:
    return read(f"{folder}/{file}")


def _inside_of(top: str, inside: Listing, folder: str) -> Collection[str]:
    return inside(f"{top}/{folder}")


def _guessed(names: Collection[str], read: Reading, inside: Listing) -> Guess:
    if _PYTHON & set(names):
        return _of_python(names, read, inside)
    if _PACKAGE in names:
        of_node = scripts(read(_PACKAGE) or "")
        return Guess(of_node.test_command, lint_commands=of_node.lint_commands, to_do=_NODE)
    for file, command, to_do in _OTHERS:
        if file in names:
            return Guess(command, to_do=to_do)
    return Guess(to_do=_UNKNOWN)


def _within(folder: str, guess: Guess) -> Guess:
    """The guess of a folder, for the whole repository."""
    at = ("env", "-C", folder)
    return replace(
        guess,
        test_command=(*at, *guess.test_command),
        files=tuple(f"{folder}/{file}" for file in guess.files),
        path=":".join(normpath(f"{folder}/{path}") for path in guess.path.split(":") if path),
        prepare=(*at, *guess.prepare) if guess.prepare else (),
        lint_commands=tuple((*at, *command) for command in guess.lint_commands),
    )


def corrected(guess: Guess, command: tuple[str, ...]) -> Guess:
    """The guess, once a person has said what runs the tests."""
    if not command or command == guess.test_command:
        return guess
    if command[0] in _RUNNERS:
        linting = guess.lint_commands if guess.to_do == _NODE else ()
        return Guess(command, lint_commands=linting, to_do=_RUNNERS[command[0]])
    return replace(guess, test_command=command, to_do="" if guess.to_do == _UNKNOWN else guess.to_do)


def _of_python(names: Collection[str], read: Reading, inside: Listing) -> Guess:
    """Files that say nothing are not named; those that others name are found by these."""
    files = [file for file in DECLARING if file in names and _says_something(file, read)]
    if _FOLDER in names:
        files += [file for file in _IN_FOLDER if _says_something(file, read)][:1]
    if files:
        files += sorted(file for file in names if is_lock(file))
    has_runner = any(folded(name_of(line)) == _RUNNER for line in wanted(files, read).packages)
    is_djangos = _DJANGOS in names and not has_runner
    written = preparing((read(_PROJECT) or "") if _PROJECT in names else "")
    extra = (*(() if has_runner or is_djangos else (_RUNNER,)), *written.packages)
    installed = wanted(files, read, extra)
    command = ("python", _DJANGOS, "test") if is_djangos else Guess.test_command
    others = [dirname(each) for file in files for each in members(file, read(file) or "") if dirname(each)]
    path = ":".join((_code("", names), *(_code(folder, inside(folder)) for folder in others[:MOST])))
    there = {folded(name_of(line)) for line in installed.packages}
    linters = there & set(_LINTERS) - (_BY_RUFF if "ruff" in there else set())
    linting = tuple(each for name, commands in _LINTERS.items() if name in linters for each in commands)
    python, to_do = fitting_python([project.requires_python for project in installed.projects])
    return Guess(command, tuple(files), extra, path, python, written.command, linting, to_do, installed)


def _code(folder: str, names: Collection[str]) -> str:
    """Where a project's packages are, by the names of what is in its folder."""
    return "/".join(filter(None, (folder, "src" if "src" in names else ""))) or "."


def _says_something(file: str, read: Reading) -> bool:
    said = wanted((file,), read)
    return bool(said.packages or said.pins or said.left or said.projects)
