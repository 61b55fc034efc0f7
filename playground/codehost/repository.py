"""One hosted repository: its issues, pull requests, labels and checks, and the rules for changing them.

Every method is to be called with the code host's lock held; what is refused is raised as Problem.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime

from playground.codehost import rules
from playground.codehost.checks import CheckBench
from playground.codehost.directory import Directory
from playground.codehost.git import BareRepository
from playground.codehost.problems import FieldError, Problem, invalid, not_found
from playground.codehost.records import (
    Check,
    Comment,
    Issue,
    IssueState,
    Label,
    Permission,
    Person,
    Pull,
    Review,
    ReviewComment,
    ReviewState,
    StateChange,
)

NEW_LABEL_COLOR = "ededed"
NOT_COLLABORATORS = (
    "Reviews may only be requested from collaborators. One or more of the users or teams you "
    "specified is not a collaborator of the {} repository."
)


class Repository:
    """State and rules of one repository; `full_name` is owner/name."""

    def __init__(
        self,
        full_name: str,
        git: BareRepository,
        *,
        directory: Directory,
        bench: CheckBench | None,
        ids: itertools.count[int],
        now: Callable[[], datetime],
    ) -> None:
        self.full_name = full_name
        self.owner, self.name = full_name.split("/", 1)
        self.git = git
        self.directory = directory
        self.now = now
        self.next_id: Callable[[], int] = ids.__next__
        self.id = self.next_id()
        self.created_at = now()
        self.issues: dict[int, Issue] = {}
        self.deleted: set[int] = set()
        self.transferred: dict[int, str] = {}  # where each is in the API now
        self.labels: dict[str, Label] = {}
        self.checks: list[Check] = []
        self.required_checks: list[str] = []  # before anything is merged into the default branch
        self._bench = bench

    # Finding

    def issue(self, number: int) -> Issue:
        if number in self.deleted:
            raise Problem(410, "This issue was deleted")
        if number in self.transferred:
            raise Problem(301, "Moved Permanently", headers={"Location": self.transferred[number]})
        if number not in self.issues:
            raise not_found()
        return self.issues[number]

    def pull(self, number: int) -> tuple[Issue, Pull]:
        """The issue side and the pull request side of a pull request, its tips brought up to date."""
        issue = self.issue(number)
        if issue.pull is None:
            raise not_found()
        if issue.open:
            issue.pull.head_sha = self.git.branch(issue.pull.head) or issue.pull.head_sha
            issue.pull.base_sha = self.git.branch(issue.pull.base) or issue.pull.base_sha
        return issue, issue.pull

    def pulls(self) -> list[tuple[Issue, Pull]]:
        """Every pull request, oldest first."""
        return [self.pull(issue.number) for issue in self.issues.values() if issue.pull is not None]

    def mergeable_tree(self, pull: Pull) -> str | None:
        """The tree that merging would give; None when the branches conflict."""
        return self.git.merged_tree(pull.base_sha, pull.head_sha)

    # Issues

    def open_issue(
        self,
        by: Person,
        title: object,
        body: object = None,
        *,
        number: int | None = None,
        created_at: datetime | None = None,
        labels: Sequence[str] = (),
    ) -> Issue:
        """Open an issue, under the next free number unless one is named."""
        title, text = rules.titled("Issue", title, body)
        if number is None:
            number = max(self.issues, default=0) + 1
        if number in self.issues:
            raise invalid(FieldError("Issue", "already_exists", "number"))
        at = rules.whole_seconds(created_at or self.now())
        issue = Issue(self.next_id(), number, title, text, by, at, at)
        self.issues[number] = issue
        issue.labels.extend(self.ensure_label(name) for name in labels)
        return issue

    def edit(self, issue: Issue, by: Person, title: object, body: object, state: object) -> None:
        """Change what is not None; a merged pull request cannot be opened again."""
        if title is not None or body is not None:
            issue.title, issue.body = rules.titled(
                "Issue", issue.title if title is None else title, issue.body if body is None else body
            )
        if state is not None:
            self._set_state(issue, by, state)
        self.touch(issue)

    def _set_state(self, issue: Issue, by: Person, state: object) -> None:
        if state not in (IssueState.OPEN, IssueState.CLOSED):
            raise invalid(FieldError("Issue", "invalid", "state"))
        wanted = IssueState(str(state))
        if wanted is issue.state:
            return
        if wanted is IssueState.OPEN and issue.pull is not None:
            self._check_reopening(issue, issue.pull)
        if issue.pull is not None:
            self.pull(issue.number)  # remember the tips as they are now
        issue.state = wanted
        issue.state_changes.append(StateChange(self.next_id(), wanted, by, self.now()))
        issue.closed_at, issue.closed_by = (None, None) if issue.open else (self.now(), by)

    def _check_reopening(self, issue: Issue, pull: Pull) -> None:
        if pull.merged or self.git.branch(pull.head) is None:
            why = "state cannot be changed. The pull request cannot be reopened."
            raise invalid(FieldError("PullRequest", "invalid", "state", why))
        self._refuse_duplicate(pull.head, pull.base, but=issue.number)

    def comment(self, issue: Issue, by: Person, body: object) -> Comment:
        text = rules.commented("IssueComment", body)
        at = self.touch(issue)
        comment = Comment(self.next_id(), by, text, at, at)
        issue.comments.append(comment)
        return comment

    def touch(self, issue: Issue) -> datetime:
        issue.updated_at = self.now()
        return issue.updated_at

    # Labels

    def create_label(self, name: object, color: object, description: object = None) -> Label:
        label = rules.label(self.next_id(), name, color, description)
        if label.name.lower() in self.labels:
            raise invalid(FieldError("Label", "already_exists", "name"))
        self.labels[label.name.lower()] = label
        return label

    def ensure_label(self, name: str) -> Label:
        return self.labels.get(name.lower()) or self.create_label(name, NEW_LABEL_COLOR)

    def add_labels(self, issue: Issue, names: Sequence[str]) -> None:
        """Labels that do not exist yet are made, as GitHub does."""
        have = {label.name.lower() for label in issue.labels}
        issue.labels.extend(self.ensure_label(n) for n in dict.fromkeys(names) if n.lower() not in have)
        self.touch(issue)

    # Pull requests

    def open_pull(self, by: Person, title: object, body: object, head: object, base: object, *, draft: bool) -> Issue:
        """Open a pull request of branch `head` (or `owner:head`) into branch `base`."""
        if not isinstance(head, str) or not isinstance(base, str):
            missing = [n for n, v in (("head", head), ("base", base)) if not isinstance(v, str)]
            raise invalid(*(FieldError("PullRequest", "missing_field", name) for name in missing))
        rules.titled("PullRequest", title, body)
        owner, _, branch = head.rpartition(":")
        head_sha, base_sha = self.git.branch(branch), self.git.branch(base)
        if head_sha is None or owner not in ("", self.owner):
            raise invalid(FieldError("PullRequest", "invalid", "head"))
        if base_sha is None:
            raise invalid(FieldError("PullRequest", "invalid", "base"))
        self._refuse_duplicate(branch, base)
        if self.git.merge_base(base_sha, head_sha) in (None, head_sha):
            raise invalid(FieldError("PullRequest", "custom", None, f"No commits between {base} and {branch}"))
        issue = self.open_issue(by, title, body)
        issue.pull = Pull(self.next_id(), issue.number, branch, base, head_sha, base_sha, draft)
        self._keep_head(issue.pull)
        if not any(check.head_sha == head_sha for check in self.checks):
            self.start_check(branch, head_sha)
        return issue

    def _refuse_duplicate(self, head: str, base: str, but: int | None = None) -> None:
        for issue, pull in self.pulls():
            if issue.open and (pull.head, pull.base) == (head, base) and issue.number != but:
                said = f"A pull request already exists for {self.owner}:{head}."
                raise invalid(FieldError("PullRequest", "custom", None, said))

    def _keep_head(self, pull: Pull) -> None:
        """Keep the commits of a pull request when its branch is deleted or rewritten."""
        self.git.text("update-ref", f"refs/pull/{pull.number}/head", pull.head_sha)

    def change_base(self, issue: Issue, pull: Pull, base: object) -> None:
        base_sha = self.git.branch(base) if isinstance(base, str) else None
        if not isinstance(base, str) or base_sha is None:
            raise invalid(FieldError("PullRequest", "invalid", "base"))
        self._refuse_duplicate(pull.head, base, but=issue.number)
        pull.base, pull.base_sha = base, base_sha

    def set_draft(self, issue: Issue, pull: Pull, *, draft: bool) -> None:
        if not issue.open:
            raise invalid("The pull request is closed.")
        pull.draft = draft
        self.touch(issue)

    def request_reviewers(self, issue: Issue, pull: Pull, logins: Sequence[str]) -> None:
        """All of them are asked, or none: the author and people without access cannot be."""
        people = [self.directory.find(login) for login in logins]
        if issue.user.login.lower() in {login.lower() for login in logins}:
            raise Problem(422, "Review cannot be requested from pull request author.")
        if any(person is None or person.is_bot for person in people):
            raise Problem(422, NOT_COLLABORATORS.format(self.full_name))
        asked = {person.id for person in pull.requested_reviewers}
        pull.requested_reviewers.extend(p for p in people if p is not None and p.id not in asked)
        self.touch(issue)

    def review(self, number: int, by: Person, state: ReviewState, body: str, *, of_lines: bool = False) -> Review:
        """Somebody's review; nobody approves or refuses their own pull request. Said `of_lines`, it may be empty."""
        issue, pull = self.pull(number)
        if by.id == issue.user.id and state is not ReviewState.COMMENTED:
            raise invalid("Can not approve or request changes on your own pull request")
        if state is not ReviewState.APPROVED and not (of_lines and not body):
            rules.commented("PullRequestReview", body)
        review = Review(self.next_id(), by, state, body, pull.head_sha, self.touch(issue))
        pull.reviews.append(review)
        pull.requested_reviewers = [p for p in pull.requested_reviewers if p.id != by.id]
        return review

    def review_comment(
        self,
        number: int,
        review: Review,
        body: object,
        *,
        path: str,
        line: int,
        in_reply_to: int | None = None,
    ) -> ReviewComment:
        """A comment on a line of a file that the pull request changes."""
        issue, pull = self.pull(number)
        text = rules.commented("PullRequestReviewComment", body)
        base = self.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
        if path not in {change.path for change in self.git.changes(base, pull.head_sha)}:
            raise invalid(FieldError("PullRequestReviewComment", "invalid", "path"))
        comment = ReviewComment(
            self.next_id(), review.id, review.user, text, path, line, pull.head_sha, self.touch(issue), in_reply_to
        )
        pull.review_comments.append(comment)
        return comment

    # Pushes and checks

    def pushed(self, before: dict[str, str]) -> None:
        """Take note of a push: `before` holds the branches as they were."""
        after = self.git.branches()
        moved = {name: sha for name, sha in after.items() if before.get(name) != sha}
        for issue, pull in self.pulls():
            if issue.open and pull.head in moved:
                self._keep_head(pull)
                self.touch(issue)
            elif issue.open and pull.head in before.keys() - after.keys():
                self._set_state(issue, issue.user, IssueState.CLOSED)
        for name, sha in moved.items():
            if name != self.git.default_branch:
                self.start_check(name, sha)

    def start_check(self, branch: str, sha: str) -> None:
        """Queue the tests of a commit, when checks are set up at all."""
        if self._bench is None:
            return
        check = Check(self.next_id(), self._bench.name, sha, branch, self.now())
        self.checks.append(check)
        self._bench.start(self.git, check)

    def permission_of(self, login: str) -> tuple[Person, Permission]:
        person = self.directory.known(login)
        return person, person.permission
