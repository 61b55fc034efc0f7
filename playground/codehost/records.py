"""What the code host remembers of people, issues, pull requests, reviews and checks. Times are UTC, whole seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do in a repository."""

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"

    @property
    def may_write(self) -> bool:
        return self is not Permission.READ


class IssueState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CheckStatus(StrEnum):
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Conclusion(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    TIMED_OUT = "timed_out"


class ReviewState(StrEnum):
    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    COMMENTED = "COMMENTED"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True)
class Person:
    """An account; `permission` holds in every repository of the host."""

    id: int
    login: str
    permission: Permission
    name: str = ""
    is_bot: bool = False


@dataclass(frozen=True)
class Actor:
    """Whom a token stands for; a read-only token may not write, whatever its owner may do.

    A fine-grained personal token may not see check runs: GitHub has no such right to give it.
    """

    person: Person
    read_only: bool = False
    fine_grained: bool = False


@dataclass(frozen=True)
class Label:
    id: int
    name: str
    color: str
    description: str = ""


@dataclass
class Comment:
    id: int
    user: Person
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class ReviewComment:
    """A comment on one line of a pull request's diff."""

    id: int
    review_id: int
    user: Person
    body: str
    path: str
    line: int
    commit_sha: str
    created_at: datetime
    in_reply_to: int | None = None


@dataclass(frozen=True)
class Review:
    id: int
    user: Person
    state: ReviewState
    body: str
    commit_sha: str
    submitted_at: datetime


@dataclass
class Pull:
    """What a pull request is beside its issue. `head_sha` and `base_sha` are those it was closed with, once closed."""

    id: int
    number: int
    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool
    merged_at: datetime | None = None
    merged_by: Person | None = None
    merge_commit_sha: str | None = None
    requested_reviewers: list[Person] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)

    @property
    def merged(self) -> bool:
        return self.merged_at is not None


@dataclass(frozen=True)
class StateChange:
    """An issue was closed or reopened."""

    id: int
    state: IssueState
    by: Person
    at: datetime


@dataclass
class Issue:
    """An issue, or the issue side of a pull request when `pull` is set."""

    id: int
    number: int
    title: str
    body: str
    user: Person
    created_at: datetime
    updated_at: datetime
    state: IssueState = IssueState.OPEN
    closed_at: datetime | None = None
    closed_by: Person | None = None
    labels: list[Label] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    pull: Pull | None = None
    state_changes: list[StateChange] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.state is IssueState.OPEN


@dataclass
class Check:
    """One run of the repository's tests on one commit; also its workflow run and its only job."""

    id: int
    name: str
    head_sha: str
    branch: str
    created_at: datetime
    status: CheckStatus = CheckStatus.QUEUED
    conclusion: Conclusion | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    title: str = ""
    summary: str = ""
    log: str = ""
