"""The repository's own projects count as installed, though nothing of them is: their code is that of the checkout.

By the layout of *Recording installed projects* (PyPA); what a build would compute stays out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from agents.requirements.projects import EntryPoint, Project

_SYSTEM = "/usr/bin:/bin"
_COMMANDS = "console_scripts"
_COMMAND = re.compile(r"[A-Za-z0-9_][\w.-]{0,98}", re.ASCII)


def count_as_installed(projects: Iterable[Project], environment: Path) -> None:
    """Have a virtual environment know them by name, version and entry points, with a program for each command.

    One of whose name a package is installed there stays that package. No program is replaced, nor hidden that the
    system has: git and the shell are run in a sandbox for us, too.
    """
    place = next((environment / "lib").glob("python3*/site-packages"))
    there = {_folded(each.name) for each in metadata.distributions(path=[str(place)])}
    for project in projects:
        if _folded(project.name) in there:
            continue
        folder = place / f"{_folded(project.name)}-{project.version}.dist-info"
        folder.mkdir()
        facts = f"Metadata-Version: 2.1\nName: {project.name}\nVersion: {project.version}\n"
        (folder / "METADATA").write_text(facts)
        (folder / "entry_points.txt").write_text(_listing(project.entry_points))
        for point in project.entry_points:
            _offer(point, environment / "bin")


def _listing(points: Iterable[EntryPoint]) -> str:
    groups: dict[str, list[str]] = {}
    for point in points:
        groups.setdefault(point.group, []).append(f"{point.name} = {point.value}\n")
    return "\n".join(f"[{group}]\n{''.join(lines)}" for group, lines in groups.items())


def _offer(point: EntryPoint, programs: Path) -> None:
    """The program that a command is, as an installer would write it."""
    program = programs / point.name
    if point.group != _COMMANDS or not point.path or not _COMMAND.fullmatch(point.name):
        return
    if program.exists() or shutil.which(point.name, path=_SYSTEM):
        return
    first = point.path.partition(".")[0]
    code = f"import sys\n\nfrom {point.module} import {first}\n\nsys.exit({point.path}())\n"
    program.write_text(f"#!{programs / 'python'}\n{code}")
    program.chmod(0o755)


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
