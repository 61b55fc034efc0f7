"""How a repository's tests are likely to run, by the files at its top. A person corrects it. Pure."""

from __future__ import annotations

import configparser
import posixpath
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.setup import setup_py

_PYTHON = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "requirements.txt"})
_LISTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements_dev.txt",
    "requirements_test.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
)
READ = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", *_LISTS)  # files whose words are looked at
_OF_TESTS = frozenset({"test", "tests", "testing", "dev"})  # how extras and groups that tests need are called
_ELSEWHERE = frozenset({"path", "git", "url", "file"})  # an index may have another package of that name
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:$|[\[(<>=!~;])")
_ITSELF = re.compile(r"(?:(?:-e|--editable)[ =])?\s*\.(?:$|/?$|\[)")
_LIST = re.compile(r"(?:-r|--requirement)[ =]*(?P<file>\S+)")
_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_NODE = "lend it node_modules by `dependencies`, or name an `image`"
_OTHERS = (  # a file that tells of a language, how its tests run, and what they need besides
    ("package.json", ("npm", "test"), _NODE),
    (
        "go.mod",
        ("go", "test", "./..."),
        "lend it Go and its modules by `toolchains` and `dependencies`, or name an `image`",
    ),
    ("Cargo.toml", ("cargo", "test", "--no-fail-fast"), "lend it Rust by `toolchains`, or name an `image`"),
    ("pom.xml", ("mvn", "-o", "test"), "lend it Maven, a JDK and its packages or name an `image`, and `test_report`"),
    ("Gemfile", ("bundle", "exec", "rspec"), "name an `image` that has its gems"),
)
_RUNNERS = dict.fromkeys(("npx", "node", "yarn", "pnpm"), _NODE) | {run[0]: to_do for _, run, to_do in _OTHERS}
_UNKNOWN = "say how its tests run (`test_command`)"


@dataclass(frozen=True)
class Guess:
    """What goes into the policy, and what a person still has to do."""

    test_command: tuple[str, ...] = ("python", "-m", "pytest", "-q")
    requirements: tuple[str, ...] = ()
    path: str = ""  # PYTHONPATH
    to_do: str = ""
    left: tuple[str, ...] = ()  # files that name more than packages of an index


def guessed(names: Collection[str], texts: Mapping[str, str]) -> Guess:
    """By the names of the files at the top, and the words of those of them that are in READ, and of what these name."""
    if _PYTHON & set(names):
        declared = {file: _said(file, text) for file, text in texts.items()}
        packages = [line for lines in declared.values() for line in lines if _is_package(line)]
        left = tuple(
            file for file, lines in declared.items() if not all(_is_known(line, file, texts) for line in lines)
        )
        path = "src" if "src" in names else "."
        return Guess(requirements=_one_of_each([*packages, "pytest"]), path=path, left=left)
    for file, command, to_do in _OTHERS:
        if file in names:
            return Guess(command, to_do=to_do)
    return Guess(to_do=_UNKNOWN)


def further(texts: Mapping[str, str]) -> list[str]:
    """The lists of requirements that these files name and that are not among them, by their paths in the repository."""
    named = (_list_in(line, file) for file, text in texts.items() for line in _said(file, text))
    return list(dict.fromkeys(path for path in named if path and path not in texts))


def corrected(guess: Guess, command: tuple[str, ...]) -> Guess:
    """The guess, once a person has said what runs the tests."""
    if not command or command == guess.test_command:
        return guess
    if command[0] in _RUNNERS:
        return Guess(command, to_do=_RUNNERS[command[0]])
    return replace(guess, test_command=command, to_do="" if guess.to_do == _UNKNOWN else guess.to_do)


def _said(file: str, text: str) -> list[str]:
    """What a file says is needed, line by line."""
    read = {"pyproject.toml": _declared, "setup.cfg": _configured, "setup.py": _set_up, "tox.ini": _of_tox}
    return list(read.get(file, _lines)(text))


def _list_in(line: str, file: str) -> str:
    """The path of the list of requirements that a line of a file names; empty if it names none, or one elsewhere."""
    found = _LIST.fullmatch(line)
    named = found["file"].removeprefix("{toxinidir}/") if found else ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), named)) if named else ""
    is_inside = path.isprintable() and not path.startswith(("/", "..")) and "://" not in named
    return path if is_inside and not set(path) & set("{}$~\\") else ""


def _declared(text: str) -> Iterator[str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = _table(table, "project")
    own = _folded(str(project.get("name", "")))
    groups = [_table(project, "optional-dependencies"), _table(table, "dependency-groups")]
    wanted = [project.get("dependencies"), *(group[name] for group in groups for name in group if name in _OF_TESTS)]
    tool = _table(table, "tool")
    elsewhere = {_folded(name) for name in _table(_table(tool, "uv"), "sources")}
    for each in wanted:
        said = [(one, _folded(_name(one))) for one in _words(each)]
        yield from (f"{name} @ elsewhere" if name in elsewhere else one for one, name in said if name != own)
    yield from _of_poetry(_table(tool, "poetry"))
    dynamic = _table(_table(tool, "setuptools"), "dynamic")
    extras = _table(dynamic, "optional-dependencies")
    for each in (_table(dynamic, "dependencies"), *(_table(extras, name) for name in sorted(_OF_TESTS))):
        yield from _of_files(each.get("file"))


def _of_poetry(poetry: Mapping[str, Any]) -> Iterator[str]:
    """Names alone, since it writes versions in its own way."""
    groups = [_table(_table(poetry, "group"), name) for name in sorted(_OF_TESTS)]
    for section in (
        *(_table(each, "dependencies") for each in (poetry, *groups)),
        _table(poetry, "dev-dependencies"),
    ):
        for name in section:
            is_elsewhere = bool(_ELSEWHERE & set(_table(section, name)))
            yield from () if name == "python" else (f"{name} @ elsewhere",) if is_elsewhere else (name,)


def _of_files(named: object) -> Iterator[str]:
    """Lists that are named where packages are looked for."""
    files = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    yield from (f"-r {file.strip()}" for file in files if isinstance(file, str))


def _configured(text: str) -> Iterator[str]:
    """What a setup.cfg declares, also to tox."""
    parser = _parsed(text)
    own = _folded(parser.get("metadata", "name", fallback=""))
    wanted = [parser.get("options", key, fallback="") for key in ("install_requires", "tests_require")]
    if parser.has_section("options.extras_require"):
        wanted += [words for name, words in parser.items("options.extras_require") if name in _OF_TESTS]
    for words in wanted:
        said = words.strip()
        if said.startswith("file:"):
            yield from _of_files(said.removeprefix("file:").split(","))
        else:
            yield from (line for line in _lines(words) if _folded(_name(line)) != own)
    yield from _lines(parser.get("tox:testenv", "deps", fallback=""))


def _set_up(text: str) -> Iterator[str]:
    """What a setup.py declares."""
    said = setup_py.declared(text, _OF_TESTS)
    own = _folded(said.name)
    yield from (line for line in said.packages if _folded(_name(line)) != own)


def _of_tox(text: str) -> Iterator[str]:
    """What tox installs for the tests, wherever it runs them."""
    yield from _lines(_parsed(text).get("testenv", "deps", fallback=""))


def _parsed(text: str) -> configparser.RawConfigParser:
    """Nothing of what is broken."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return configparser.RawConfigParser()
    return parser


def _lines(text: str) -> Iterator[str]:
    """Those of a list of requirements that say something."""
    for line in text.splitlines():
        said = re.split(r"(?:^|\s)#|\s--hash", line.strip())[0].rstrip("\\ ")
        if said and not said.startswith("--hash"):
            yield said


def _is_package(line: str) -> bool:
    """Whether it is the name of a package, with what is said of its version."""
    return bool(_PACKAGE.match(line)) and "://" not in line


def _is_known(line: str, file: str, read: Collection[str]) -> bool:
    """Whether nothing is lost by it: the project itself, an option of pip's, a list that is read too."""
    option = re.split(r"[ =]", line, maxsplit=1)[0]
    return (
        _is_package(line)
        or bool(_ITSELF.match(line))
        or _list_in(line, file) in read
        or (option[:2] == "--" and option not in ("--requirement", "--constraint", "--editable"))
    )


def _one_of_each(requirements: Iterable[str]) -> tuple[str, ...]:
    """The first that names a package; one that says more than the name before one that does not.

    Of those that are for some machines or Pythons alone, each.
    """
    kept: dict[str, str] = {}
    for each in requirements:
        name = each if ";" in each else _folded(_name(each))
        if name not in kept or kept[name] == _name(kept[name]):
            kept[name] = each
    return tuple(kept.values())


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _words(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str) and _NAME.match(each)] if isinstance(value, list) else []


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else requirement


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
