"""What the documents say of the code is there: files, rooms, tests; and each room says what it is for."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "evals/played/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
OURS = ("agents", "benchmarks", "bot", "docs", "evals", "playground", "storage", "tests")
IN_ROOMS = ("agents", "bot", "storage")
TO_BE_WRITTEN = {"bot/sources/statuspage.py"}  # by whoever follows the guide to a new source


def _name(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_file_and_folder_that_a_document_names_is_there(document: Path) -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]*)`", _prose(document))
    ours = {path for path in named if path.split("/")[0] in OURS}

    assert not {path for path in ours - TO_BE_WRITTEN if not (ROOT / path).exists()}


def test_every_module_that_the_rooms_name_is_in_its_room() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", _prose(ROOT / "docs" / "architecture.md"), re.MULTILINE)
    packages = iter(("bot", "agents", "storage"))  # in the order of the tables
    missing, package = [], ""
    for rooms, what in rows:
        package = next(packages) if rooms == "its own modules" else package
        folders = [ROOT / room for room in re.findall(r"`([\w/]+)/`", rooms)] + [ROOT / package]
        modules = re.findall(r"`(\w+\.\w+)`", what)
        missing += [name for name in modules if not any((folder / name).is_file() for folder in folders)]

    assert package == "storage"
    assert not missing


def test_every_room_is_named_and_every_named_one_is_there() -> None:
    named = set(re.findall(r"`((?:agents|bot|storage)/[\w/]+)/`", _prose(ROOT / "docs" / "architecture.md")))
    there = {str(face.parent.relative_to(ROOT)) for room in IN_ROOMS for face in (ROOT / room).glob("*/__init__.py")}

    assert named == there


def test_every_room_has_its_place_above_or_below_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    placed = {
        f"{container}/{room}"
        for contract in contracts
        for container in contract.get("containers", ())
        for layer in contract["layers"]
        for room in layer.split(" | ")
    }
    there = {
        face.parent.relative_to(ROOT).as_posix()
        for package in IN_ROOMS
        for face in (ROOT / package).glob("*/__init__.py")
    }

    assert not there - placed


@pytest.mark.parametrize("package", IN_ROOMS)
def test_every_module_and_room_says_what_it_is_for(package: str) -> None:
    modules = [path for path in (ROOT / package).rglob("*.py") if path.parent.name != "versions"]

    assert not [str(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]


def test_every_test_that_shows_a_guarantee_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", _prose(ROOT / "docs" / "guarantees.md")))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(named) > 50
    assert not named - written


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", _prose(document))

    assert not [target for target in targets if not (document.parent / target).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_into_a_page_leads_to_one_of_its_headings(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*\.md)?#([^)]*)\)", _prose(document))
    pages = {page: document.parent / page if page else document for page, _ in links}

    assert not [(page, anchor) for page, anchor in links if anchor not in _anchors(pages[page])]


def _anchors(document: Path) -> set[str]:
    """How GitHub calls a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _prose(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _prose(document: Path) -> str:
    """A page without its blocks of code, in which brackets mean something else."""
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
