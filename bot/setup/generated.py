"""Modules that a build writes with the project's version, and that its code imports. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agents.requirements.tables import parsed, table_of


@dataclass(frozen=True)
class Preparing:
    """The command that writes such a module into a checkout, and the packages that it needs."""

    command: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


_BY_SETUPTOOLS = Preparing(("python", "-m", "setuptools_scm", "--force-write-version-files"), ("setuptools-scm>=8",))
_BY_HATCH = Preparing(("python", "-m", "hatchling", "build", "--hooks-only"), ("hatchling", "hatch-vcs"))


def preparing(pyproject: str) -> Preparing:
    """What a pyproject.toml wants written; nothing where it is content with the version in the metadata."""
    tool = table_of(parsed(pyproject), "tool")
    by_setuptools = table_of(tool, "setuptools_scm")
    by_hatch = table_of(table_of(table_of(table_of(tool, "hatch"), "build"), "hooks"), "vcs")
    if by_setuptools.get("version_file") or by_setuptools.get("write_to"):
        return _BY_SETUPTOOLS
    return _BY_HATCH if by_hatch.get("version-file") else Preparing()
