"""The product: fetched once from the package index, made into the same commit every time."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from playground.product import (
    HUMANIZE,
    STAMP,
    ProductUnavailable,
    Release,
    prepare,
    prepare_repository,
)
from playground.sdist import UnsafeArchive, unpack

CACHE = Path(__file__).parents[2] / "var" / "playground"  # shared with the demo, so that it is fetched once


def archive(path: Path, *members: tuple[str, bytes | str]) -> Path:
    """An archive of (name, content) files; content given as text makes a symbolic link to it."""
    with tarfile.open(path, "w:gz") as made:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                made.addfile(member)
            else:
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return path


def small_release(cache: Path) -> Release:
    """A release whose archive is in the cache already."""
    path = archive(cache / "tiny-1.0.tar.gz", ("tiny-1.0/tiny.py", b"x = 1\n"), ("tiny-1.0/.gitignore", b"*.py\n"))
    return Release("tiny", "1.0", hashlib.sha256(path.read_bytes()).hexdigest(), commit="unknown")


def committed(cache: Path, release: Release) -> Release:
    """The release with the commit that is made of it, learnt from the sentence that names it."""
    with pytest.raises(ProductUnavailable, match="has the commit") as refused:
        prepare_repository(cache, release, lambda _: None)
    return replace(release, commit=str(refused.value).split("has the commit ")[1][:40])


def test_the_product_is_ready_and_its_own_tests_pass_in_its_environment() -> None:
    product = prepare(CACHE, lambda _: None)
    assert product.base_sha == HUMANIZE.commit
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=product.repository, capture_output=True, text=True, check=True
    )
    assert head.stdout.strip() == product.base_sha
    search = f"{product.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*product.test_command, "tests/test_number.py", "-p", "no:cacheprovider"],
        cwd=product.repository,
        env={"PATH": search, "PYTHONDONTWRITEBYTECODE": "1", **product.test_variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "\x1b" not in done.stdout


def test_what_is_ready_is_not_made_again() -> None:
    prepare(CACHE, lambda _: None)
    said: list[str] = []
    stamp = CACHE / "environment" / STAMP
    before = stamp.stat().st_mtime_ns
    prepare(CACHE, said.append)
    assert said == []
    assert stamp.stat().st_mtime_ns == before


def test_a_changed_or_half_made_repository_is_made_again(tmp_path: Path) -> None:
    release = committed(tmp_path, small_release(tmp_path))
    repository = prepare_repository(tmp_path, release, lambda _: None)
    for damage in ("x = 2\n", None):
        if damage is None:
            (repository / ".git" / "HEAD").unlink()
        else:
            (repository / "tiny.py").write_text(damage)
        assert prepare_repository(tmp_path, release, lambda _: None) == repository
        assert (repository / "tiny.py").read_text() == "x = 1\n"


def test_a_damaged_archive_is_not_used_and_an_unreachable_index_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = small_release(tmp_path)
    (tmp_path / release.archive).write_bytes(b"half")
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # pip's own switch: no index is asked
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(ProductUnavailable, match=r"^Could not fetch tiny 1\.0 from the package index \(ERROR: .*\)\. "):
        prepare_repository(tmp_path, release, lambda _: None)
    assert not (tmp_path / "tiny-1.0").exists()


@pytest.mark.parametrize(
    "members",
    [
        [("top/../../evil", b"x")],
        [("/evil", b"x")],
        [("top/link", "/etc/passwd")],
        [("top/a", b"x"), ("other/b", b"y")],
        [("top/a", b"x"), ("top/a", b"y")],
    ],
)
def test_an_archive_that_could_harm_is_refused_and_leaves_nothing(
    tmp_path: Path, members: list[tuple[str, bytes | str]]
) -> None:
    path = archive(tmp_path / "bad.tar.gz", *members)
    with pytest.raises(UnsafeArchive):
        unpack(path, tmp_path / "into" / "here")
    assert not (tmp_path / "into" / "here").exists()
    assert not (tmp_path / "evil").exists()
