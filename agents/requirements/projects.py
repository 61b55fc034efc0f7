"""Which projects a repository's files are of, and what each would be installed as. Pure.

Code asks for its own version and plugins by its name (`importlib.metadata`), which only what is installed has.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from agents.requirements import setup_py
from agents.requirements.poetry import versions
from agents.requirements.tables import Table, configuration, parsed, table_of

_UNKNOWN = "0.0.0"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_PART = re.compile(r"[\w.][\w.:+ -]{0,98}", re.ASCII)
_OBJECT = re.compile(r"(?P<module>\w+(?:\.\w+)*)(?: *: *(?P<path>\w+(?:\.\w+)*))?", re.ASCII)
_SCRIPTS = {"scripts": "console_scripts", "gui-scripts": "gui_scripts"}


@dataclass(frozen=True)
class EntryPoint:
    """Something that a project offers under a name: a command, or a plugin of its group."""

    group: str
    name: str
    module: str
    path: str = ""  # of the object in the module

    @property
    def value(self) -> str:
        """As it is written in metadata."""
        return f"{self.module}:{self.path}" if self.path else self.module


@dataclass(frozen=True)
class Project:
    """What metadata would say of it; of a version that only a build would tell, 0.0.0."""

    name: str
    version: str = _UNKNOWN
    entry_points: tuple[EntryPoint, ...] = ()
    requires_python: str = ""  # as PEP 440 writes it


def projects(texts: Mapping[str, str]) -> tuple[Project, ...]:
    """The projects that these files declare, by their paths; of one that several declare, the first."""
    read = {"pyproject.toml": _of_pyproject, "setup.cfg": _of_setup_cfg, "setup.py": _of_setup_py}
    found: dict[str, Project] = {}
    for file, text in texts.items():
        if (read_it := read.get(posixpath.basename(file))) and _NAME.fullmatch((project := read_it(text)).name):
            found.setdefault(re.sub(r"[-_.]+", "-", project.name).lower(), project)
    return tuple(found.values())


def _of_pyproject(text: str) -> Project:
    table = parsed(text)
    project, poetry = table_of(table, "project"), table_of(table_of(table, "tool"), "poetry")
    name = project.get("name") or poetry.get("name")
    points = (*_points(project, "entry-points"), *_points(poetry, "plugins"))
    pythons = str(project.get("requires-python") or versions(table_of(poetry, "dependencies").get("python")))
    return Project(str(name or ""), _version(project.get("version") or poetry.get("version")), points, pythons)


def _points(table: Table, plugins: str) -> Iterator[EntryPoint]:
    for key, group in _SCRIPTS.items():
        yield from _of_group(group, table_of(table, key))
    for group in table_of(table, plugins):
        yield from _of_group(group, table_of(table_of(table, plugins), group))


def _of_setup_cfg(text: str) -> Project:
    parser = configuration(text)
    points: list[EntryPoint] = []
    if parser.has_section("options.entry_points"):
        for group, lines in parser.items("options.entry_points"):
            pairs = (line.partition("=") for line in lines.splitlines() if "=" in line)
            points += _of_group(group, {name.strip(): value.strip() for name, _, value in pairs})
    version = parser.get("metadata", "version", fallback="")
    pythons = parser.get("options", "python_requires", fallback="").strip()
    return Project(parser.get("metadata", "name", fallback="").strip(), _version(version), tuple(points), pythons)


def _of_setup_py(text: str) -> Project:
    known = setup_py.declared(text, ())
    return Project(known.name, _version(known.version))


def _of_group(group: str, named: Table) -> Iterator[EntryPoint]:
    """Those that have the form of one. Extras that one may ask for say nothing of what is there."""
    for name, value in named.items():
        target = value.get("reference", "") if isinstance(value, dict) else value
        found = _OBJECT.fullmatch(str(target).partition("[")[0].strip())
        if found and _PART.fullmatch(name) and _PART.fullmatch(group):
            yield EntryPoint(group, name, found["module"], found["path"] or "")


def _version(said: object) -> str:
    try:
        return str(Version(str(said)))
    except InvalidVersion:
        return _UNKNOWN
