"""What an installed wheel holds: the code reads no file that only a clone has."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OF_A_CLONE = {"evals/drawn_screening.txt"}  # read by `python -m evals.draw_screening`, which draws what is kept
KEPT = "evals/played/"  # judgments that were played, which tests and people read
PACKED: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]["package-data"]


@pytest.mark.parametrize("package", ["agents", "bot", "evals", "playground", "storage"])
def test_every_file_beside_the_code_is_packed_with_it(package: str) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    packed = {
        path.relative_to(ROOT).as_posix() for pattern in PACKED[package] for path in (ROOT / package).glob(pattern)
    }

    assert not {path for path in there - packed - OF_A_CLONE if not path.startswith(KEPT)}


@pytest.mark.parametrize("package", ["agents", "bot", "evals", "playground", "storage"])
def test_every_pattern_of_what_is_packed_finds_something(package: str) -> None:
    assert all(any((ROOT / package).glob(pattern)) for pattern in PACKED[package])


@pytest.mark.parametrize(
    ("inside", "top"),
    [
        ("slack/manifest.yml", "manifest.yml"),
        ("examples/signalbox.example.toml", "signalbox.example.toml"),
        ("examples/env.example", ".env.example"),
    ],
)
def test_what_a_wheel_has_of_the_top_is_what_is_there(inside: str, top: str) -> None:
    assert (ROOT / "bot" / inside).resolve() == ROOT / top


def test_an_image_of_the_bot_holds_nothing_that_git_leaves_out() -> None:
    """Whatever people keep beside the code, secrets above all, stays theirs."""
    kept_out = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
    ours = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()}
    caches = {name for name in ours if name.startswith(".") and name.endswith("_cache")}
    assert ours - caches <= {each.removeprefix("**/") for each in kept_out}
    assert ".*_cache" in kept_out
    assert {".git", "signalbox.toml"} <= kept_out
