"""A small repository behind a mirror, and what people do to a branch of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

from agents.adapters.git.mirrors import Mirrors
from agents.terms import Repository

FILES = {"shop.py": "PRICE = 1\n"}
PATCH = "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ -1 +1 @@\n-PRICE = 1\n+PRICE = 2\n"
AT = 1_767_000_000.9
BRANCH = "signalbox/sb-1-abc"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def push(mirrors: Mirrors, repository: Repository, patch: str = PATCH, **changes: str) -> str:
    base = git(Path(repository.clone_url), "rev-parse", "main")
    return mirrors.commit_and_push(
        repository, branch=changes.get("branch", BRANCH), base_sha=base, patch=patch, message="Fix the price", at=AT
    )


def updated(origin: Path, tmp_path: Path, *, beside: str = "", of: str = "main") -> None:
    """Somebody merges a branch into ours, as *Update branch* does; `beside` is a file that they put in with it."""
    git(tmp_path, "clone", "-q", "-b", BRANCH, str(origin), "theirs")
    clone = tmp_path / "theirs"
    git(clone, "merge", "-q", "--no-ff", "--no-commit", f"origin/{of}")
    if beside:
        (clone / beside).write_text("by hand\n")
        git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", f"Merge {of}")
    git(clone, "push", "-q", "origin", BRANCH)


def moved_on(origin: Path, tmp_path: Path, branch: str = "main") -> None:
    git(tmp_path, "clone", "-q", str(origin), "elsewhere")
    git(tmp_path / "elsewhere", "checkout", "-q", "-B", branch)
    git(tmp_path / "elsewhere", "commit", "-q", "--allow-empty", "-m", "More")
    (tmp_path / "elsewhere" / "new.txt").write_text("new\n")
    git(tmp_path / "elsewhere", "add", ".")
    git(tmp_path / "elsewhere", "commit", "-q", "-m", "And more")
    git(tmp_path / "elsewhere", "push", "-q", "origin", branch)
