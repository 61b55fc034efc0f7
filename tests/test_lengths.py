"""Modules have three hundred lines at most and functions forty, as CONTRIBUTING.md says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.typed import ROOT

FOLDERS = ("agents", "benchmarks", "bot", "evals", "playground", "storage", "tests")
TABLES = ROOT / "storage" / "migrations" / "versions"  # a table is made column by column, and never changed after that
MODULE, FUNCTION = 300, 40


def too_long(file: Path) -> Iterator[str]:
    text, name = file.read_text(encoding="utf-8"), file.relative_to(ROOT)
    lines = text.count("\n")
    if lines > MODULE:
        yield f"{name}: {lines} lines"
    if lines <= FUNCTION or file.parent == TABLES:
        return
    for each in long_statements(ast.parse(text)):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{each.lineno} {each.name}: {length_of(each)} lines"


def long_statements(parent: ast.AST) -> Iterator[ast.stmt]:
    """Those that are longer than a function may be; nothing below a shorter one is looked at."""
    for each in ast.iter_child_nodes(parent):
        if isinstance(each, ast.stmt) and length_of(each) > FUNCTION:
            yield each
            yield from long_statements(each)


def length_of(statement: ast.stmt) -> int:
    return (statement.end_lineno or statement.lineno) - statement.lineno + 1


def test_no_module_and_no_function_is_longer_than_it_may_be() -> None:
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]

    assert len(files) > len(FOLDERS)
    assert [found for file in files for found in too_long(file)] == []
