"""Was a merged pull request taken back? Git and GitHub say so in the words of the commit that does it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from github.Commit import Commit

_MOST = 500  # commits since the merge that are looked through, the newest


def undoing(commits: Iterable[Commit], name: str, number: int, merge_sha: str) -> str:
    """The commit among these, newest first, that reverts the pull request and was not itself reverted."""
    undone = ""
    by_number = re.compile(rf"(?m)^Reverts (?:{re.escape(name)})?#{number}\b")
    for commit in reversed(list(islice(commits, _MOST))):
        message = commit.commit.message
        if (known := undone or merge_sha) and f"This reverts commit {known}" in message:
            undone = "" if undone else commit.sha
        elif not undone and by_number.search(message):
            undone = commit.sha
    return undone
