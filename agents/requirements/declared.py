"""What files that declare packages say is needed, line by line. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from agents.requirements import hooks, setup_py
from agents.requirements.poetry import of_poetry
from agents.requirements.tables import Table, configuration, listed, parsed, table_of

LISTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements_dev.txt",
    "requirements_test.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
)
DECLARING = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "Pipfile",
    *LISTS,
    hooks.NAME,
)  # by their usual names
OF_TESTS = frozenset({"test", "tests", "testing", "dev"})  # how extras and groups that tests need are called
_OF_PROJECT = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
_HATCH = ("default", "test", "hatch-test")  # its environments that tests run in
_ASKED = re.compile(r"\[[^]]*\]")
_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")


def said(file: str, text: str, extras: AbstractSet[str] = OF_TESTS) -> list[str]:
    """The packages that a file names, with versions, and what else it asks for: options, lists, addresses.

    By its name it is known what is in it; what has another name is a list of requirements. Of extras and groups those
    are taken that have one of these names.
    """
    name = posixpath.basename(file)
    if is_of_project(file):
        of_project = {"pyproject.toml": _declared, "setup.cfg": _configured, "setup.py": _set_up}
        return list(of_project[name](text, extras))
    return list({"tox.ini": _of_tox, "Pipfile": _of_pipenv, hooks.NAME: hooks.of_pre_commit}.get(name, _lines)(text))


def is_of_project(file: str) -> bool:
    """Whether a file of this name says what a project needs, whoever uses it, beside what its tests do."""
    return posixpath.basename(file) in _OF_PROJECT


def name_of(requirement: str) -> str:
    """The package that a line speaks of; the line itself where it names none."""
    found = _NAME.match(requirement)
    return found[0] if found else requirement


def folded(name: str) -> str:
    """A package's name, as all its spellings are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(text: str, taken: AbstractSet[str]) -> Iterator[str]:
    table = parsed(text)
    project, tool = table_of(table, "project"), table_of(table, "tool")
    own = folded(str(project.get("name", "")))
    uv = table_of(tool, "uv")
    extras, groups = table_of(project, "optional-dependencies"), table_of(table, "dependency-groups")
    pdm = table_of(table_of(tool, "pdm"), "dev-dependencies")
    wanted = [
        *listed(project.get("dependencies")),
        *listed(uv.get("dev-dependencies")),
        *(
            line
            for group in (extras, groups, pdm)
            for name in group
            if folded(name) in taken
            for line in _group(group, name, set())
        ),
        *(line for each in _of_hatch(table_of(tool, "hatch")) for line in listed(each)),
    ]
    elsewhere = {folded(name) for name in table_of(uv, "sources")}
    for line in (line for each in wanted for line in _opened(each, own, extras, set())):
        name = folded(name_of(line))
        yield f"{name} @ elsewhere" if name in elsewhere else line
    yield from of_poetry(table_of(tool, "poetry"), taken)
    dynamic = table_of(table_of(tool, "setuptools"), "dynamic")
    more = table_of(dynamic, "optional-dependencies")
    for files in (table_of(dynamic, "dependencies"), *(table_of(more, name) for name in sorted(taken))):
        yield from _of_files(files.get("file"))


def _group(groups: Table, name: str, seen: set[str]) -> Iterator[str]:
    """The lines of a group, those of the groups that it includes in their places (PEP 735), each group once."""
    seen.add(name)
    for each in groups[name] if isinstance(groups[name], list) else ():
        included = str(each.get("include-group", "")) if isinstance(each, dict) else ""
        if isinstance(each, str) and _NAME.match(each):
            yield each
        for other in groups if included else ():
            if folded(other) == folded(included) and other not in seen:
                yield from _group(groups, other, seen)


def _opened(line: str, own: str, extras: Table, seen: set[str]) -> Iterator[str]:
    """The line; where it names the project itself, what the extras hold that it asks for, each once."""
    if folded(name_of(line)) != own:
        yield line
        return
    asked = {folded(name.strip()) for name in (_ASKED.search(line) or [""])[0].strip("[]").split(",")}
    for name in extras:
        if folded(name) in asked and name not in seen:
            seen.add(name)
            for each in listed(extras[name]):
                yield from _opened(each, own, extras, seen)


def _of_hatch(hatch: Table) -> Iterator[object]:
    for name in _HATCH:
        environment = table_of(table_of(hatch, "envs"), name)
        yield environment.get("dependencies")
        yield environment.get("extra-dependencies")


def _of_pipenv(text: str) -> Iterator[str]:
    """Its tables say versions as lists of requirements do; an empty one is written as a star."""
    table = parsed(text)
    for section in ("packages", "dev-packages"):
        for name, value in table_of(table, section).items():
            versions = value if isinstance(value, str) else value.get("version") if isinstance(value, dict) else ""
            is_elsewhere = isinstance(value, dict) and bool({"path", "file", "git"} & set(value))
            yield f"{name} @ elsewhere" if is_elsewhere else f"{name}{'' if versions in (None, '*') else versions}"


def _of_files(named: object) -> Iterator[str]:
    """Lists that are named where packages are looked for."""
    yield from (f"-r {file.strip()}" for file in ([named] if isinstance(named, str) else listed(named)))


def _configured(text: str, taken: AbstractSet[str]) -> Iterator[str]:
    """What a setup.cfg declares, also to tox."""
    parser = configuration(text)
    own = folded(parser.get("metadata", "name", fallback=""))
    wanted = [parser.get("options", key, fallback="") for key in ("install_requires", "tests_require")]
    if parser.has_section("options.extras_require"):
        wanted += [words for name, words in parser.items("options.extras_require") if folded(name) in taken]
    for words in wanted:
        begun = words.strip()
        if begun.startswith("file:"):
            yield from _of_files(begun.removeprefix("file:").split(","))
        else:
            yield from (line for line in _lines(words) if folded(name_of(line)) != own)
    yield from _lines(parser.get("tox:testenv", "deps", fallback=""))


def _set_up(text: str, taken: AbstractSet[str]) -> Iterator[str]:
    """What a setup.py declares."""
    known = setup_py.declared(text, taken)
    own = folded(known.name)
    yield from (line for line in known.packages if folded(name_of(line)) != own)


def _of_tox(text: str) -> Iterator[str]:
    """What tox installs for the tests, wherever it runs them."""
    parser = configuration(text)
    yield from _lines(parser.get("testenv", "deps", fallback=""))
    extras = re.split(r"[\s,]+", parser.get("testenv", "extras", fallback="").strip())
    yield from (f".[{extra}]" for extra in extras if _NAME.fullmatch(extra))


def _lines(text: str) -> Iterator[str]:
    """Those of a list of requirements that say something."""
    for line in text.splitlines():
        kept = re.split(r"(?:^|\s)#|\s--hash", line.strip())[0].rstrip("\\ ")
        if kept and not kept.startswith("--hash"):
            yield kept
