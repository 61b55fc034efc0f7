"""A branch that we pushed is replaced by a later round, and left alone once somebody else worked on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.errors import CodeHostDown, CodeHostRejected
from agents.terms import Repository
from tests.agents.mirrored import BRANCH, PATCH, git, moved_on, push, updated


def test_a_later_round_replaces_our_commit_and_foreign_work_is_left_alone(
    mirrors: Mirrors, repository: Repository, upstream: Path
) -> None:
    push(mirrors, repository)
    second = push(mirrors, repository, PATCH.replace("= 2", "= 3"))
    assert git(upstream, "rev-parse", BRANCH) == second
    foreign = git(upstream, "commit-tree", "-m", "By hand", "-p", second, f"{second}^{{tree}}")
    git(upstream, "update-ref", f"refs/heads/{BRANCH}", foreign)
    with pytest.raises(CodeHostRejected, match="somebody else"):
        push(mirrors, repository)
    assert git(upstream, "rev-parse", BRANCH) == foreign


def test_our_branch_is_ours_still_when_the_base_branch_was_merged_into_it(
    mirrors: Mirrors, repository: Repository, upstream: Path, tmp_path: Path
) -> None:
    push(mirrors, repository)
    moved_on(upstream, tmp_path)
    updated(upstream, tmp_path)

    mirrors.need_ours(repository, BRANCH)
    pushed = push(mirrors, repository, PATCH.replace("+PRICE = 2", "+PRICE = 3"))

    assert git(upstream, "rev-parse", BRANCH) == pushed


@pytest.mark.parametrize(("beside", "of"), [("mine.txt", "main"), ("", "other")])
def test_a_merge_that_brings_in_anything_else_is_not_overwritten(
    mirrors: Mirrors, repository: Repository, tmp_path: Path, beside: str, of: str
) -> None:
    upstream = Path(repository.clone_url)
    push(mirrors, repository)
    moved_on(upstream, tmp_path, of)
    updated(upstream, tmp_path, beside=beside, of=of)
    theirs = git(upstream, "rev-parse", BRANCH)

    with pytest.raises(CodeHostRejected, match="somebody else has pushed"):
        mirrors.need_ours(repository, BRANCH)
    with pytest.raises(CodeHostRejected, match="somebody else has pushed"):
        push(mirrors, repository, PATCH.replace("+PRICE = 2", "+PRICE = 3"))

    assert git(upstream, "rev-parse", BRANCH) == theirs


RULES = (
    """error: GH013: Repository rule violations found for refs/heads/signalbox/sb-1-abc.
Review all repository rules at https://github.com/acme/shop/rules

- Commits must have verified signatures.
"""
    + "  Found 1 violation: a line of advice that makes it long\n" * 12
)


def test_a_push_that_the_repositorys_rules_refuse_says_which_rule(
    mirrors: Mirrors, repository: Repository, upstream: Path
) -> None:
    hook = upstream / (".git/hooks" if (upstream / ".git").is_dir() else "hooks") / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{RULES}END\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(
        CodeHostRejected, match=r"GH013: .*Commits must have verified signatures.*press Retry"
    ) as refused:
        push(mirrors, repository)

    assert "remote:" not in str(refused.value)


def test_a_push_that_meets_somebody_elses_lock_is_tried_again_later(
    mirrors: Mirrors, repository: Repository, upstream: Path
) -> None:
    lock = upstream / (".git" if (upstream / ".git").is_dir() else "") / "refs" / "heads" / f"{BRANCH}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with pytest.raises(CodeHostDown, match="tried again later"):
        push(mirrors, repository)
    lock.unlink()

    pushed = push(mirrors, repository)

    assert git(upstream, "rev-parse", BRANCH) == pushed
