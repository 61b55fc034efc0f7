"""The versions that lock files say, for whichever of their packages are installed. Pure.

A lock file holds the packages of every machine and Python, so it says what version a package has, not what is needed.
"""

from __future__ import annotations

import fnmatch
import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from agents.requirements.tables import Table, listed, parsed, table_of, tables_of

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml")  # by their usual names
_PYLOCK = "pylock.*.toml"  # PEP 751: a name of one's own may stand between


@dataclass(frozen=True)
class _Locked:
    name: str
    version: str
    markers: tuple[str, ...] = ()  # where one of them holds, it is this version; none: everywhere


def is_lock(file: str) -> bool:
    """Whether a file of this name is a lock file that can be read."""
    name = posixpath.basename(file)
    return name in LOCKS or fnmatch.fnmatchcase(name, _PYLOCK)


def pins(texts: Mapping[str, str], python: str = "") -> tuple[str, ...]:
    """`name==version` for each package of these lock files, by their names, of which this Python gets one version.

    `python` is its whole version, by default that of the one that runs this.
    """
    locked = [each for file, text in texts.items() for each in _read(posixpath.basename(file), text)]
    versions: dict[str, set[str]] = {}
    for each in locked:
        public = _public(each.version)
        if public and _holds(each.markers, python):
            versions.setdefault(canonicalize_name(each.name), set()).add(public)
    return tuple(f"{name}=={only.pop()}" for name, only in sorted(versions.items()) if len(only) == 1)


def members(file: str, text: str) -> tuple[str, ...]:
    """The pyproject.toml of each package of the workspace that a uv.lock is of, from the top of the repository."""
    if posixpath.basename(file) != "uv.lock":
        return ()
    found = []
    for package in tables_of(parsed(text), "package"):
        source = table_of(package, "source")
        path = str(source.get("editable") or source.get("virtual") or source.get("directory") or "")
        found += [posixpath.normpath(posixpath.join(posixpath.dirname(file), path, "pyproject.toml"))] if path else []
    return tuple(each for each in found if each.isprintable() and not each.startswith(("/", "..")))


def _read(name: str, text: str) -> Iterable[_Locked]:
    """Those of an index alone."""
    if name == "Pipfile.lock":
        return _of_pipenv(_json(text))
    table = parsed(text)
    return {"uv.lock": _of_uv, "poetry.lock": _of_poetry, "pdm.lock": _of_pdm}.get(name, _of_pylock)(table)


def _json(text: str) -> object:
    """Nothing of what is broken."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _of_uv(table: Table) -> Iterator[_Locked]:
    for package in tables_of(table, "package"):
        if "registry" in table_of(package, "source"):
            yield _locked(package, listed(package.get("resolution-markers")))


def _of_poetry(table: Table) -> Iterator[_Locked]:
    for package in tables_of(table, "package"):
        if table_of(package, "source").get("type", "legacy") == "legacy":
            marker = package.get("markers")
            yield _locked(package, [marker] if isinstance(marker, str) else table_of(package, "markers").values())


def _of_pdm(table: Table) -> Iterator[_Locked]:
    for package in tables_of(table, "package"):
        if not {"git", "url", "path"} & set(package):
            yield _locked(package, [package.get("marker")])


def _of_pylock(table: Table) -> Iterator[_Locked]:
    for package in tables_of(table, "packages"):
        if not {"vcs", "directory", "archive"} & set(package):
            yield _locked(package, [package.get("marker")])


def _of_pipenv(table: object) -> Iterator[_Locked]:
    for section in ("default", "develop"):
        packages = table_of(table, section) if isinstance(table, dict) else {}
        for name, package in packages.items():
            if isinstance(package, dict):
                version = str(package.get("version", "")).removeprefix("==")
                yield _locked({"name": name, "version": version}, [package.get("markers")])


def _locked(package: Table, markers: Iterable[object]) -> _Locked:
    said = tuple(marker for marker in markers if isinstance(marker, str) and marker)
    return _Locked(str(package.get("name", "")), str(package.get("version", "")), said)


def _holds(markers: tuple[str, ...], python: str) -> bool:
    """Whether they speak of this Python; one that cannot be read may."""
    return not markers or any(_is_true(marker, python) for marker in markers)


def _is_true(marker: str, python: str) -> bool:
    short = ".".join(python.split(".")[:2])
    there = (
        {"python_full_version": python, "implementation_version": python, "python_version": short} if python else None
    )
    try:
        return Marker(marker).evaluate(there)
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return True


def _public(version: str) -> str:
    """The version without what only some other index has of it, such as `+cpu`; empty where it is none."""
    try:
        return Version(version).public
    except InvalidVersion:
        return ""
