"""Which files of JavaScript and TypeScript import a module, by the names that stand in their imports. Pure."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro")
# A line that names a module: the last one of `import {…} from "x"`, `import "x"`, `import("x")` and `require("x")`.
NAMING = r"""(from|import|require)[[:space:]]*\(?[[:space:]]*["'][^"']+["']"""
_NAMED = re.compile(r"""(?:from|import|require)\s*\(?\s*["']([^"']+)["']""")
_WRITTEN = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|astro)$")  # TypeScript's imports say .js where the file is .ts
_HOME = re.compile(r"^(?:[@~#]/|/)")  # what often stands for the folder of the sources
_ENTRIES = frozenset({"index", "src/index", "lib/index", "source/index", "src/main"})


def importers(path: str, naming: Iterable[str], package: str = "", package_folder: str = "") -> list[str]:
    """The files of these lines, `file:what it names`, that import the module at `path`, one each.

    `package` is the name of the package it belongs to, whose other name is that of its entry.
    """
    module = _WRITTEN.sub("", path)
    names = {module, str(PurePosixPath(module).parent)} if PurePosixPath(module).name == "index" else {module}
    entry = bool(package) and posixpath.relpath(module, package_folder or ".") in _ENTRIES
    found = (
        file
        for file, specifier in _named(naming)
        if file != path and ((entry and specifier == package) or _leads_to(names, file, specifier))
    )
    return list(dict.fromkeys(found))


def name_of(manifest: str) -> str:
    """The name in a package.json, empty when there is none."""
    try:
        name = json.loads(manifest).get("name")
    except (ValueError, AttributeError):
        return ""
    return name if isinstance(name, str) else ""


def _named(naming: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in naming:
        file, _, text = line.partition(":")
        if match := _NAMED.search(text):
            yield file, match[1]


def _leads_to(names: set[str], file: str, specifier: str) -> bool:
    """Whether what a file names is the module: from its own folder, or from wherever an alias may begin."""
    wanted = _WRITTEN.sub("", specifier)
    if specifier.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(file), wanted)) in names
    tail = _HOME.sub("", wanted)
    return "/" in wanted and any(name == tail or name.endswith(f"/{tail}") for name in names)
