"""The code host itself: what a test or the demo starts, and what people do on it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp

from playground.codehost import app as wire
from playground.codehost.checks import CheckBench, CheckRunner
from playground.codehost.directory import Directory
from playground.codehost.git import BareRepository
from playground.codehost.merging import merge
from playground.codehost.page import page_routes
from playground.codehost.problems import not_found
from playground.codehost.records import (
    Check,
    Comment,
    Issue,
    IssueState,
    Permission,
    Person,
    Review,
    ReviewComment,
    ReviewState,
)
from playground.codehost.replying import reply
from playground.codehost.repository import Repository
from playground.codehost.rules import whole_seconds
from playground.codehost.snapshots import IssueSeen, PullSeen, checks_of, issue_seen, pull_seen
from playground.faults import Faults

BOT = "signalbox-bot"
TOKEN = "playground-code-host-token"  # noqa: S105 - opens nothing but this loopback server


class CodeHost:
    """A code host over bare git repositories in `root`; serve `app`, and act as people through the methods.

    `token` belongs to the account `signalbox-bot`, which may write. Without `checks` no commit is ever tested.
    Methods raise Problem (an HTTP status and GitHub's sentence) for what GitHub would refuse.
    """

    def __init__(
        self,
        root: Path,
        faults: Faults,
        token: str = TOKEN,
        checks: CheckRunner | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.faults = faults
        self.lock = threading.RLock()
        self.address: str | None = None
        self.repositories: dict[str, Repository] = {}
        self._root = root
        self._ids = itertools.count(1001)
        self._clock = now
        self._bench = CheckBench(checks, self.lock, self.now) if checks else None
        self.directory = Directory(self._ids)
        self.bot = self.add_person(BOT, Permission.WRITE, is_bot=True)
        self.add_token(token, BOT)
        self.app: ASGIApp = wire.starlette([*wire.routes(self), *page_routes(self)])

    def serve(self, url: str) -> None:
        """Say at which address the app is served, so that every URL begins with it.

        Without it, URLs begin with the address by which the client came.
        """
        self.address = url.rstrip("/")

    def now(self) -> datetime:
        """The host's time, in whole seconds."""
        return whole_seconds(self._clock())

    def stop(self) -> None:
        """End the check that is running, and start no other."""
        if self._bench is not None:
            self._bench.stop()

    # Setting up

    def add_repository(self, full_name: str, from_directory: Path, default_branch: str = "main") -> Repository:
        """Host a copy of the commit that is checked out in the git repository `from_directory`."""
        owner, _, name = full_name.partition("/")
        with self.lock:
            git = BareRepository.create(self._root / owner / f"{name}.git", from_directory, default_branch)
            made = Repository(full_name, git, directory=self.directory, bench=self._bench, ids=self._ids, now=self.now)
            self.repositories[full_name.lower()] = made
        return made

    def add_person(
        self, login: str, permission: Permission = Permission.WRITE, name: str = "", *, is_bot: bool = False
    ) -> Person:
        """Make somebody known on the host, or change what they may do; it holds in every repository."""
        with self.lock:
            return self.directory.add(login, permission, name, is_bot=is_bot)

    def add_token(self, token: str, login: str, *, read_only: bool = False, fine_grained: bool = False) -> None:
        """A further token, of somebody known; a fine-grained one may not see check runs, as on GitHub."""
        with self.lock:
            person = self.directory.known(login)
            self.directory.add_token(token, person, read_only=read_only, fine_grained=fine_grained)

    # What people do

    def open_issue(
        self,
        repo: str,
        number: int | None,
        title: str,
        body: str,
        *,
        user: str,
        created_at: datetime | None = None,
        labels: Sequence[str] = (),
    ) -> int:
        """Open an issue as somebody, at any time, under any free number; returns the number."""
        with self.lock:
            by = self.directory.known_or_passer_by(user)
            issue = self.find(repo).open_issue(by, title, body, number=number, created_at=created_at, labels=labels)
            return issue.number

    def delete_issue(self, repo: str, number: int) -> None:
        """Somebody with the right to do so deletes an issue."""
        with self.lock:
            repository = self.find(repo)
            del repository.issues[repository.issue(number).number]
            repository.deleted.add(number)

    def transfer_issue(self, repo: str, number: int, to: str) -> int:
        """Somebody moves an issue to another repository, where it gets another number."""
        with self.lock:
            old, new = self.find(repo), self.find(to)
            issue = old.issues.pop(number)
            moved = new.open_issue(issue.user, issue.title, issue.body)
            old.transferred[number] = f"{self.address}/repos/{to}/issues/{moved.number}"
            return moved.number

    def edit_issue(self, repo: str, number: int, by: str, *, title: str | None = None, body: str | None = None) -> None:
        """Change the words of an issue."""
        with self.lock:
            repository = self.find(repo)
            repository.edit(repository.issue(number), self.directory.known(by), title, body, None)

    def comment(self, repo: str, number: int, by: str, body: str) -> Comment:
        """Comment on an issue or a pull request; somebody unknown becomes a passer-by without write access."""
        with self.lock:
            repository = self.find(repo)
            return repository.comment(repository.issue(number), self.directory.known_or_passer_by(by), body)

    def review(
        self,
        repo: str,
        number: int,
        by: str,
        state: ReviewState = ReviewState.APPROVED,
        *,
        body: str = "",
        comments: Sequence[tuple[str, int, str]] = (),
    ) -> Review:
        """Review a pull request; `comments` are (path, line, text)."""
        with self.lock:
            repository, person = self.find(repo), self.directory.known_or_passer_by(by)
            review = repository.review(number, person, state, body, of_lines=bool(comments))
            for path, line, text in comments:
                repository.review_comment(number, review, text, path=path, line=line)
            return review

    def reply(self, repo: str, number: int, by: str, to: int, text: str) -> ReviewComment:
        """Answer a comment on a line beneath it."""
        with self.lock:
            repository, person = self.find(repo), self.directory.known_or_passer_by(by)
            return reply(repository, number, person, to, text)

    def require_checks(self, repo: str, *names: str) -> None:
        """Protect the default branch: these checks are to be green. One that nobody reports is waited for."""
        with self.lock:
            self.find(repo).required_checks = list(names)

    def check(self, repo: str, branch: str = "main") -> None:
        """Have the tests run on a branch's tip, as CI does on the branch that pull requests are for."""
        with self.lock:
            repository = self.find(repo)
            repository.start_check(branch, repository.git.branches()[branch])

    def dismiss(self, repo: str, number: int, review: Review) -> None:
        """Dismiss a review, as a person does, or the rule that a push makes approvals stale. Its words stay."""
        with self.lock:
            _, pull = self.find(repo).pull(number)
            gone = replace(review, state=ReviewState.DISMISSED)
            pull.reviews = [gone if one.id == review.id else one for one in pull.reviews]

    def merge(self, repo: str, number: int, by: str) -> str:
        """Merge a pull request and return the merge commit's sha.

        Refused (Problem) for a draft, a conflict, a closed pull request, or somebody without write access.
        """
        with self.lock:
            return merge(self.find(repo), number, self.directory.known(by))

    def close(self, repo: str, number: int, by: str) -> None:
        """Close an issue, or a pull request without merging it."""
        self._set_state(repo, number, by, IssueState.CLOSED)

    def reopen(self, repo: str, number: int, by: str) -> None:
        self._set_state(repo, number, by, IssueState.OPEN)

    def _set_state(self, repo: str, number: int, by: str, state: IssueState) -> None:
        with self.lock:
            repository = self.find(repo)
            repository.edit(repository.issue(number), self.directory.known(by), None, None, state)

    # Looking

    def find(self, full_name: str) -> Repository:
        """Raises Problem 404 for a repository that is not here."""
        found = self.repositories.get(full_name.lower())
        if found is None:
            raise not_found()
        return found

    def pull_requests(self, repo: str) -> tuple[PullSeen, ...]:
        """Every pull request as it is now, oldest first."""
        with self.lock:
            repository = self.find(repo)
            return tuple(pull_seen(repository, issue, pull) for issue, pull in repository.pulls())

    def issues(self, repo: str) -> tuple[IssueSeen, ...]:
        """Every issue as it is now, oldest first, without pull requests."""
        with self.lock:
            found: list[Issue] = list(self.find(repo).issues.values())
            return tuple(issue_seen(issue) for issue in found if issue.pull is None)

    def checks(self, repo: str, sha: str) -> tuple[Check, ...]:
        """The checks of a commit as they are now, oldest first."""
        with self.lock:
            return checks_of(self.find(repo), sha)

    def branches(self, repo: str) -> dict[str, str]:
        """Every branch with the sha of its tip."""
        with self.lock:
            return self.find(repo).git.branches()
