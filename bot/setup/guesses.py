"""How a repository's tests are likely to run, by the files at its top. A person corrects it. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
READ = ("pyproject.toml", *_LISTS)  # files whose words are looked at
_OF_TESTS = frozenset({"test", "tests", "testing", "dev"})  # how extras and groups that tests need are called
_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_OTHERS = (  # a file that tells of a language, how its tests run, and what they need besides
    ("package.json", ("npm", "test"), "lend it node_modules by `dependencies`, or name an `image`"),
    (
        "go.mod",
        ("go", "test", "./..."),
        "lend it Go and its modules by `toolchains` and `dependencies`, or name an `image`",
    ),
    ("Cargo.toml", ("cargo", "test", "--no-fail-fast"), "lend it Rust by `toolchains`, or name an `image`"),
    ("pom.xml", ("mvn", "-o", "test"), "name an `image` that has its packages"),
    ("Gemfile", ("bundle", "exec", "rspec"), "name an `image` that has its gems"),
)


@dataclass(frozen=True)
class Guess:
    """What goes into the policy, and what a person still has to do."""

    test_command: tuple[str, ...] = ("python", "-m", "pytest", "-q")
    requirements: tuple[str, ...] = ()
    path: str = ""  # PYTHONPATH
    to_do: str = ""


def guessed(names: Collection[str], texts: Mapping[str, str]) -> Guess:
    """By the names of the files at the top, and the words of those of them that are in READ."""
    if _PYTHON & set(names):
        requirements = dict.fromkeys((*_declared(texts.get("pyproject.toml", "")), *_listed(texts), "pytest"))
        return Guess(requirements=_one_of_each(requirements), path="src" if "src" in names else ".")
    for file, command, to_do in _OTHERS:
        if file in names:
            return Guess(command, to_do=to_do)
    return Guess(to_do="say how its tests run (`test_command`)")


def _declared(text: str) -> Iterator[str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = _table(table, "project")
    own = _folded(str(project.get("name", "")))
    groups = [_table(project, "optional-dependencies"), _table(table, "dependency-groups")]
    wanted = [project.get("dependencies"), *(group[name] for group in groups for name in group if name in _OF_TESTS)]
    for each in wanted:
        yield from (one for one in _words(each) if _folded(_name(one)) != own)
    poetry = _table(_table(table, "tool"), "poetry")
    sections = [poetry, *(_table(_table(poetry, "group"), name) for name in sorted(_OF_TESTS))]
    for section in sections:
        yield from (name for name in _table(section, "dependencies") if name != "python")


def _listed(texts: Mapping[str, str]) -> Iterator[str]:
    for name in _LISTS:
        for line in texts.get(name, "").splitlines():
            requirement = re.split(r"\s#|\s--hash", line.strip())[0].rstrip("\\ ")
            if _NAME.match(requirement) and "://" not in requirement:
                yield requirement


def _one_of_each(requirements: Iterable[str]) -> tuple[str, ...]:
    """The first that names a package; one that says more than the name before one that does not."""
    kept: dict[str, str] = {}
    for each in requirements:
        name = _folded(_name(each))
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
