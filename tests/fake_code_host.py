"""A code host in memory."""

# ruff: noqa: ARG002 fakes take what the ports take, also what they do not need

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.errors import CodeHostRejected
from agents.exchange import (
    Check,
    Draft,
    PullRequest,
    PullRequestState,
    Remark,
    Touching,
)
from agents.terms import Repository
from storage.columns import now


@dataclass
class FakeCodeHost:
    """Branches and pull requests in memory. People act on it through `set_checks`, `remark`, `merge` and `close`."""

    branches: dict[str, str] = field(default_factory=dict)  # name -> sha
    patches: dict[str, str] = field(default_factory=dict)  # sha -> patch
    parents: dict[str, str] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)
    reviewers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    edits: dict[int, dict[str, str]] = field(default_factory=dict)  # title and body as people wrote them
    comments: dict[tuple[int, str], str] = field(default_factory=dict)
    replies: dict[tuple[int, str], str] = field(default_factory=dict)  # by the remark beneath which they stand
    messages: dict[str, str] = field(default_factory=dict)  # sha -> commit message
    public: bool = False
    site: str = "https://code.example/"
    renamed: dict[str, str] = field(default_factory=dict)  # former name -> name
    unknown_people: frozenset[str] = frozenset()
    locked: set[int] = field(default_factory=set)  # pull requests on which nobody may say anything
    taken_over: set[str] = field(default_factory=set)  # branches that people have pushed to
    reverts: dict[int, str] = field(default_factory=dict)  # number -> the commit that undoes it
    base_checks: tuple[Check, ...] = ()  # of the base branch
    pushes: int = 0  # that changed something
    trouble: list[Exception] = field(default_factory=list)  # raised by the next calls, one each

    def is_public(self, repository: Repository) -> bool:
        self._maybe_fail()
        return self.public

    def has_page(self, url: str) -> bool:
        return url.startswith(self.site)

    def name_of(self, name: str) -> str:
        self._maybe_fail()
        return self.renamed.get(name, name)

    def ensure_branch(
        self, repository: Repository, *, branch: str, base_sha: str, patch: str, message: str, at: float
    ) -> str:
        self._maybe_fail()
        sha = hashlib.sha1(f"{base_sha}{patch}{message}{at}".encode(), usedforsecurity=False).hexdigest()
        if self.branches.get(branch) != sha:
            self.pushes += 1
            self.branches[branch] = sha
            self.patches[sha], self.parents[sha] = patch, base_sha
            self.messages[sha] = message
            for number, draft in self.drafts.items():
                if draft.branch == branch:
                    self._change(number, head_sha=sha, checks=())
        return sha

    def need_ours(self, repository: Repository, branch: str) -> None:
        self._maybe_fail()
        if branch in self.taken_over:
            raise CodeHostRejected(f"somebody else has pushed to {branch}")

    def ensure_pull_request(self, repository: Repository, draft: Draft) -> PullRequest:
        self._maybe_fail()
        if draft.branch not in self.branches:
            raise CodeHostRejected(f"there is no branch {draft.branch}; push it first")
        for number, known in self.drafts.items():
            if known.branch == draft.branch:
                if self.pull_requests[number].state is PullRequestState.OPEN:
                    self.drafts[number] = draft.model_copy(update=self.edits.get(number, {}))
                return self.pull_requests[number]
        number = len(self.pull_requests) + 1
        url = f"https://code.example/{repository.name}/pull/{number}"
        self.drafts[number] = draft
        self.pull_requests[number] = PullRequest(
            number=number,
            url=url,
            state=PullRequestState.OPEN,
            draft=repository.draft,
            head_sha=self.branches[draft.branch],
            author="signalbox",
        )
        return self.pull_requests[number]

    def is_pushed(self, repository: Repository, sha: str, patch: str, base_sha: str = "") -> bool:
        self._maybe_fail()
        return self.patches.get(sha) == patch and base_sha in {"", self.parents.get(sha)}

    def ensure_comment(
        self, repository: Repository, number: int, key: str, text: str, answers: Sequence[str] = ()
    ) -> None:
        self._maybe_fail()
        self._need_unlocked(number)
        self.comments.setdefault((number, key), text)
        self._answered(number, dict.fromkeys(answers, text))

    def ensure_reply(self, repository: Repository, number: int, remark: str, text: str) -> bool:
        self._maybe_fail()
        if not any(one.id == remark and one.place for one in self.pull_requests[number].remarks):
            return False
        self._need_unlocked(number)
        self.replies.setdefault((number, remark), text)
        self._answered(number, {remark: text})
        return True

    def pull_request(self, repository: Repository, number: int) -> PullRequest:
        self._maybe_fail()
        if number not in self.pull_requests:
            raise CodeHostRejected(f"there is no pull request {number}")
        seen = self.pull_requests[number]
        return seen.beside(self.base_checks) if seen.state is PullRequestState.OPEN else seen

    def ensure_ready(self, repository: Repository, number: int) -> None:
        self._maybe_fail()
        self._change(number, draft=False)

    def ensure_reviewers(self, repository: Repository, number: int, logins: Sequence[str]) -> tuple[str, ...]:
        self._maybe_fail()
        self.reviewers[number] = tuple(login for login in logins if login not in self.unknown_people)
        return self.reviewers[number]

    def reverted(self, repository: Repository, number: int, merge_sha: str, since: float) -> str:
        self._maybe_fail()
        return self.reverts.get(number, "")

    def touching(self, repository: Repository, paths: Sequence[str], *, merged: bool) -> tuple[Touching, ...]:
        self._maybe_fail()
        states = {PullRequestState.OPEN, PullRequestState.MERGED} if merged else {PullRequestState.OPEN}
        told = [self._touching(number, paths) for number, pull in self.pull_requests.items() if pull.state in states]
        return tuple(one for one in told if one.files)

    def _touching(self, number: int, paths: Sequence[str]) -> Touching:
        pull, draft = self.pull_requests[number], self.drafts[number]
        patch = self.patches.get(pull.head_sha, "")
        changed = [line[6:] for line in patch.splitlines() if line.startswith("+++ b/")]
        files = tuple(one for one in changed if any(one == path or one.startswith(f"{path}/") for path in paths))
        return Touching(
            number=number,
            url=pull.url,
            title=draft.title,
            body=draft.body,
            author=pull.author,
            state=pull.state,
            draft=pull.draft,
            at=now(),
            files=files,
        )

    def set_checks(self, number: int, *checks: Check) -> None:
        self._change(number, checks=checks)

    def edit(self, number: int, **words: str) -> None:
        """A person changes title or body."""
        self.edits[number] = {**self.edits.get(number, {}), **words}
        self.drafts[number] = self.drafts[number].model_copy(update=words)

    def remark(self, number: int, remark: Remark) -> None:
        self._change(number, remarks=(*self.pull_requests[number].remarks, remark))

    def conflict(self, number: int, *, conflicting: bool = True) -> None:
        """Whether it can be merged."""
        self._change(number, conflicting=conflicting)

    def merge(self, number: int, by: str = "ada") -> None:
        self._change(number, state=PullRequestState.MERGED, merged_by=by, merge_sha="f" * 40)

    def close(self, number: int, at: dt.datetime | None = None) -> None:
        self._change(number, state=PullRequestState.CLOSED, closed_at=at)

    def _need_unlocked(self, number: int) -> None:
        if number in self.locked:
            raise CodeHostRejected(f"pull request {number} is locked")

    def _answered(self, number: int, answers: Mapping[str, str]) -> None:
        said = self.pull_requests[number].remarks
        said = tuple(one.model_copy(update={"answer": answers.get(one.id, one.answer)}) for one in said)
        self._change(number, remarks=said)

    def _change(self, number: int, **changes: Any) -> None:
        self.pull_requests[number] = self.pull_requests[number].model_copy(update=changes)

    def _maybe_fail(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
