"""What is to be installed by a repository's own files: packages, and the versions that its lock files say. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.requirements.declared import OF_TESTS, folded, is_of_project, name_of, said
from agents.requirements.locks import is_lock, members, pins
from agents.requirements.projects import Project, projects

Reading = Callable[[str], str | None]
"""What a file of the repository says, by its path from the top; None where there is none."""

MOST = 20  # files that are read, with those that they name
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:$|[\[(<>=!~;])")
_ITSELF = re.compile(r"(?:(?:-e|--editable)[ =]?)?\s*\./?(?:$|\[)")
_LIST = re.compile(r"(?P<option>-[rc]|--requirement|--constraint)[ =]*(?P<file>\S+)")
_ELSEWHERE = ("--requirement", "--constraint", "--editable")  # bring more than packages of an index
_EXACT = re.compile(r"[^;]*==\s*[^\s,;*]+\s*(?:;.*)?")
_EXTRAS = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True)
class Wanted:
    """Lines of requirements: those that are installed, and those that say which version what is installed has."""

    packages: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    left: tuple[str, ...] = ()  # files that name more than packages of an index, which is left out
    missing: tuple[str, ...] = ()  # files that are not there
    projects: tuple[Project, ...] = ()  # the repository's own
    needed: frozenset[str] = frozenset()  # packages that `first` names, or that a project needs whoever uses it: folded


def wanted(files: Iterable[str], read: Reading, first: Sequence[str] = (), python: str = "") -> Wanted:
    """What these files say, and the lists that they name; of a package that `first` has, what stands there counts.

    `python` is the whole version of the one that is to run it, by default of the one that runs this.
    """
    texts, missing = _texts(files, read)
    lists, limits = _lists_and_limits(texts)
    taken = OF_TESTS | _extras_asked_for(lists)
    declared = {file: said(file, text, taken) for file, text in lists.items()}
    packages = [line for lines in declared.values() for line in lines if _is_package(line)]
    own = projects(lists)
    here = {*texts, *(f"{folded(project.name)} @ elsewhere" for project in own)}
    left = tuple(file for file, lines in declared.items() if not all(_is_known(line, file, here) for line in lines))
    locked = pins({file: text for file, text in texts.items() if is_lock(file)}, python)
    bounds = [_EXTRAS.sub("", line) for file, text in limits.items() for line in said(file, text) if _is_package(line)]
    chosen = _one_of_each(packages, [*first])
    free = {folded(name_of(line)) for line in chosen if _says(line) > (1 if line in first else 2)}
    held = tuple(line for line in (*locked, *bounds) if folded(name_of(line)) not in free)
    always = [line for file, text in lists.items() if is_of_project(file) for line in said(file, text, frozenset())]
    needed = frozenset(folded(name_of(line)) for line in (*first, *always) if _is_package(line))
    return Wanted(chosen, held, left, missing, own, needed)


def _extras_asked_for(lists: Mapping[str, str]) -> frozenset[str]:
    """Those that lists ask of the project itself, as `-e .[http2]` does."""
    found = (_ITSELF.match(line) and _EXTRAS.search(line) for file, text in lists.items() for line in said(file, text))
    return frozenset(folded(name.strip()) for each in found if each for name in each[0].strip("[]").split(","))


def _texts(files: Iterable[str], read: Reading) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the files say, with those that they name in turn; and which of the first are not there."""
    texts: dict[str, str] = {}
    missing: list[str] = []
    waiting = [(file, True) for file in dict.fromkeys(files)]
    while waiting and len(texts) < MOST:
        file, is_named = waiting.pop(0)
        if file in texts:
            continue
        text = read(file)
        if text is None:
            missing += [file] if is_named else []
            continue
        texts[file] = text
        more = members(file, text) if is_lock(file) else (_list_in(line, file) for line in said(file, text))
        waiting += [(path, False) for path in more if path]
    return texts, tuple(missing)


def _lists_and_limits(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The files that say what is needed, and those that only say of what version."""
    named = [
        (_list_in(line, file), line.startswith(("-c", "--c")))
        for file, text in texts.items()
        if not is_lock(file)
        for line in said(file, text)
    ]
    limits = {path for path, is_limit in named if is_limit} - {path for path, is_limit in named if not is_limit}
    others = {file: text for file, text in texts.items() if not is_lock(file)}
    return (
        {file: text for file, text in others.items() if file not in limits},
        {file: text for file, text in others.items() if file in limits},
    )


def _list_in(line: str, file: str) -> str:
    """The path of the list that a line of a file names; empty if it names none, or one elsewhere."""
    found = _LIST.fullmatch(line)
    named = found["file"].removeprefix("{toxinidir}/") if found else ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), named)) if named else ""
    is_inside = path.isprintable() and not path.startswith(("/", "..")) and "://" not in named
    return path if is_inside and not set(path) & set("{}$~\\") else ""


def _is_package(line: str) -> bool:
    """Whether it is the name of a package, with what is said of its version."""
    return bool(_PACKAGE.match(line)) and "://" not in line


def _is_known(line: str, file: str, here: Collection[str]) -> bool:
    """Whether nothing is lost by it: a project that is here, an option of pip's, a list that is read too."""
    option = re.split(r"[ =]", line, maxsplit=1)[0]
    return (
        _is_package(line)
        or bool(_ITSELF.match(line))
        or line in here
        or _list_in(line, file) in here
        or (option[:2] == "--" and option not in _ELSEWHERE)
    )


def _one_of_each(requirements: Iterable[str], first: Sequence[str]) -> tuple[str, ...]:
    """One line for a package: what `first` says of it, if more than its name; else the one that says most.

    That is an exact version, then any bounds; of two that say as much the first. Of those that are for some machines or
    Pythons alone, each is kept.
    """
    kept: dict[str, str] = {}
    for each in (*first, *requirements):
        name = each if ";" in each else folded(name_of(each))
        known = kept.get(name, "")
        if _says(each) > _says(known) and not (known in first and _says(known) > 1):
            kept[name] = each
    return tuple(kept.values())


def _says(line: str) -> int:
    """How much a line says of a package's version: 0 if there is none."""
    return 0 if not line else 1 if line == name_of(line) else 3 if _EXACT.fullmatch(line) else 2
