"""Which linters a .pre-commit-config.yaml runs, as packages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from agents.requirements.tables import Table, tables_of

NAME = ".pre-commit-config.yaml"
_LONGEST = 100_000  # characters; yaml is read slowly
_PACKAGES = {  # by the end of the address of the repository that has the hook
    "astral-sh/ruff-pre-commit": "ruff",
    "charliermarsh/ruff-pre-commit": "ruff",
    "psf/black": "black",
    "psf/black-pre-commit-mirror": "black",
    "pycqa/flake8": "flake8",
    "pycqa/isort": "isort",
}
_VERSION = re.compile(r"v?(\d[\w.]*)", re.ASCII)


def of_pre_commit(text: str) -> Iterator[str]:
    """The linters in the versions of their hooks; what hooks install besides is not looked at."""
    for hooks in tables_of(_table(text), "repos"):
        where = str(hooks.get("repo", "")).removesuffix("/").removesuffix(".git").lower()
        package = _PACKAGES.get("/".join(where.split("/")[-2:]))
        version = _VERSION.fullmatch(str(hooks.get("rev", "")))
        if package:
            yield f"{package}=={version[1]}" if version else package


def _table(text: str) -> Table:
    """Nothing of what is broken."""
    try:
        read = yaml.safe_load(text) if len(text) <= _LONGEST else None
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
