"""What tests and the demo see of the code host: copies that do not change under their eyes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playground.codehost.records import (
    Check,
    CheckStatus,
    Comment,
    Conclusion,
    Issue,
    IssueState,
    Pull,
    Review,
    ReviewComment,
)
from playground.codehost.repository import Repository


@dataclass(frozen=True)
class IssueSeen:
    number: int
    title: str
    body: str
    user: str
    open: bool
    labels: tuple[str, ...]
    comments: tuple[Comment, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def state(self) -> IssueState:
        return IssueState.OPEN if self.open else IssueState.CLOSED


@dataclass(frozen=True)
class PullSeen(IssueSeen):
    """A pull request; `checks` are those of its present head, oldest first."""

    head: str
    base: str
    head_sha: str
    draft: bool
    merged: bool
    merge_commit_sha: str | None
    reviewers: tuple[str, ...]
    reviews: tuple[Review, ...]
    review_comments: tuple[ReviewComment, ...]
    checks: tuple[Check, ...]

    @property
    def green(self) -> bool:
        """Whether the last check of the head has ended well."""
        return bool(self.checks) and self.checks[-1].conclusion is Conclusion.SUCCESS

    @property
    def pending(self) -> bool:
        """Whether a check of the head has not ended."""
        return any(check.status is not CheckStatus.COMPLETED for check in self.checks)


def issue_seen(issue: Issue) -> IssueSeen:
    return IssueSeen(
        number=issue.number,
        title=issue.title,
        body=issue.body,
        user=issue.user.login,
        open=issue.open,
        labels=tuple(label.name for label in issue.labels),
        comments=tuple(replace(comment) for comment in issue.comments),
        created_at=issue.created_at,
        updated_at=issue.updated_at,
    )


def pull_seen(repository: Repository, issue: Issue, pull: Pull) -> PullSeen:
    return PullSeen(
        **vars(issue_seen(issue)),
        head=pull.head,
        base=pull.base,
        head_sha=pull.head_sha,
        draft=pull.draft,
        merged=pull.merged,
        merge_commit_sha=pull.merge_commit_sha,
        reviewers=tuple(person.login for person in pull.requested_reviewers),
        reviews=tuple(pull.reviews),
        review_comments=tuple(pull.review_comments),
        checks=checks_of(repository, pull.head_sha),
    )


def checks_of(repository: Repository, sha: str) -> tuple[Check, ...]:
    return tuple(replace(check) for check in repository.checks if check.head_sha == sha)
