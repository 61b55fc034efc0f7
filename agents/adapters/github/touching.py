"""Which pull requests touch a path? GitHub's lists cannot be asked that, so it is found out, within bounds."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from github.PullRequest import PullRequest as Pull
from github.Repository import Repository as Repo

from agents.exchange import PullRequestState, Touching
from storage.columns import now

MOST_OPEN = 30  # open pull requests that are looked at, the newest changed
MOST_COMMITS = 10  # commits of the path whose pull requests are asked for
MOST_FILES = 300  # of one pull request
LOOK_BACK = dt.timedelta(days=60)
_BODY = 600  # characters
_KEPT = 500  # pull requests whose files are remembered


@dataclass
class TouchedFiles:
    """Which files a pull request changes, asked for once per head. May be used by many threads."""

    kept: OrderedDict[tuple[str, int, str], tuple[str, ...]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, repo: Repo, pull: Pull) -> tuple[str, ...]:
        """Their paths, those before a renaming included."""
        key = (repo.url, pull.number, pull.head.sha)
        with self.lock:
            if key in self.kept:
                return self.kept[key]
        files = list(islice(pull.get_files(), MOST_FILES))
        names = tuple(name for file in files for name in (file.filename, file.previous_filename) if name)
        with self.lock:
            self.kept[key] = names
            while len(self.kept) > _KEPT:
                self.kept.popitem(last=False)
        return names


def touching(
    repo: Repo, base_branch: str, paths: Sequence[str], files: TouchedFiles, *, merged: bool
) -> tuple[Touching, ...]:
    """The open ones, then the recently merged ones, newest first."""
    found: dict[int, Touching] = {}
    newest = repo.get_pulls(state="open", base=base_branch, sort="updated", direction="desc")
    for pull in islice(newest, MOST_OPEN):
        if touched := _below(paths, files.of(repo, pull)):
            found[pull.number] = _told(pull, touched)
    for path in paths if merged else ():
        for pull in _merged(repo, base_branch, path):
            if pull.number not in found:
                found[pull.number] = _told(pull, _below(paths, files.of(repo, pull)))
    return tuple(found.values())


def _merged(repo: Repo, base_branch: str, path: str) -> Iterator[Pull]:
    # By the merge and not by the commit's own date, which may be much older.
    oldest = now() - LOOK_BACK
    for commit in islice(repo.get_commits(sha=base_branch, path=path), MOST_COMMITS):
        yield from (pull for pull in commit.get_pulls() if pull.merged_at is not None and pull.merged_at >= oldest)


def _below(paths: Sequence[str], names: tuple[str, ...]) -> tuple[str, ...]:
    """Of a pull request's files those that are one of the paths or lie in one."""
    tops = [path.rstrip("/") for path in paths]
    return tuple(
        dict.fromkeys(name for name in names if any(name == top or name.startswith(f"{top}/") for top in tops))
    )


def _told(pull: Pull, touched: tuple[str, ...]) -> Touching:
    return Touching(
        number=pull.number,
        url=pull.html_url,
        title=pull.title,
        body=(pull.body or "")[:_BODY],
        author=pull.user.login if pull.user else "ghost",
        state=PullRequestState.MERGED if pull.merged_at else PullRequestState(pull.state),
        draft=bool(pull.draft),
        at=pull.merged_at or pull.updated_at,
        files=touched[:20],
    )
