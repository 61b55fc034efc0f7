"""What the documents say of the code is there: files, rooms, tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
OURS = ("agents", "bot", "evals", "playground", "storage", "tests")
TO_BE_WRITTEN = {"bot/sources/statuspage.py"}  # by whoever follows the guide to a new source


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]*)`", _prose(document))
    ours = {path for path in named if path.split("/")[0] in OURS and "." in path.rsplit("/", 1)[-1]}

    assert not {path for path in ours - TO_BE_WRITTEN if not (ROOT / path).is_file()}


def test_every_room_is_named_and_every_named_one_is_there() -> None:
    named = set(re.findall(r"`((?:agents|bot|storage)/[\w/]+)/`", _prose(ROOT / "docs" / "architecture.md")))
    there = {
        str(face.parent.relative_to(ROOT))
        for room in ("agents", "bot", "storage")
        for face in (ROOT / room).glob("*/__init__.py")
    }

    assert named == there


def test_every_test_that_shows_a_guarantee_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", _prose(ROOT / "docs" / "guarantees.md")))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(named) > 50
    assert not named - written


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", _prose(document))

    assert not [target for target in targets if not (document.parent / target).exists()]


def _prose(document: Path) -> str:
    """A page without its blocks of code, in which brackets mean something else."""
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
