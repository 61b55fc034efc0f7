"""Records as GitHub's REST API writes them. Every URL begins with the host's own address, as PyGithub asserts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playground.codehost.git import FileChange, GitCommit, Signature
from playground.codehost.records import (
    Comment,
    Issue,
    IssueState,
    Label,
    Permission,
    Person,
    Pull,
    StateChange,
)
from playground.codehost.repository import Repository

Json = dict[str, Any]


def stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node_id(kind: str, number: int) -> str:
    return f"{kind}_kwDO{number:08d}"


@dataclass(frozen=True)
class Shapes:
    """Writes records of one repository for a client that reached the host at `base` (no trailing slash)."""

    base: str
    repository: Repository

    @property
    def api(self) -> str:
        return f"{self.base}/repos/{self.repository.full_name}"

    @property
    def web(self) -> str:
        return f"{self.base}/{self.repository.full_name}"

    def person(self, person: Person) -> Json:
        return person_json(self.base, person)

    def repo(self) -> Json:
        repository = self.repository
        owner = {
            "login": repository.owner,
            "id": 1,
            "node_id": node_id("O", 1),
            "avatar_url": f"{self.base}/avatars/1",
            "url": f"{self.base}/users/{repository.owner}",
            "html_url": f"{self.base}/{repository.owner}",
            "type": "Organization",
            "site_admin": False,
        }
        times = dict.fromkeys(("created_at", "updated_at", "pushed_at"), stamp(repository.created_at))
        return {
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name,
            "full_name": repository.full_name,
            "owner": owner,
            "private": True,
            "visibility": "private",
            "fork": False,
            "archived": False,
            "disabled": False,
            "has_issues": True,
            "description": None,
            "default_branch": repository.git.default_branch,
            "url": self.api,
            "html_url": self.web,
            "clone_url": f"{self.web}.git",
            "open_issues_count": sum(issue.open for issue in repository.issues.values()),
            **times,
        }

    def repo_for(self, permission: Permission) -> Json:
        """The repository with what the caller may do in it."""
        return {
            **self.repo(),
            "allow_merge_commit": True,
            "allow_squash_merge": True,
            "allow_rebase_merge": False,
            "permissions": {
                "admin": permission is Permission.ADMIN,
                "push": permission.may_write,
                "pull": True,
            },
        }

    def label(self, label: Label) -> Json:
        return {
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": f"{self.api}/labels/{label.name}",
            "name": label.name,
            "color": label.color,
            "description": label.description or None,
            "default": False,
        }

    def issue(self, issue: Issue) -> Json:
        url = f"{self.api}/issues/{issue.number}"
        body = {
            **self._issue_side(issue),
            "id": issue.id,
            "node_id": node_id("PR", issue.pull.id) if issue.pull else node_id("I", issue.id),
            "url": url,
            "repository_url": self.api,
            "html_url": f"{self.web}/{'pull' if issue.pull else 'issues'}/{issue.number}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "labels_url": f"{url}/labels{{/name}}",
            "comments": len(issue.comments),
            "state_reason": ("reopened" if issue.state_changes else None) if issue.open else "completed",
            "closed_by": self.person(issue.closed_by) if issue.closed_by else None,
        }
        if issue.pull:
            pull_url = f"{self.api}/pulls/{issue.number}"
            body["draft"] = issue.pull.draft
            body["pull_request"] = {
                "url": pull_url,
                "html_url": f"{self.web}/pull/{issue.number}",
                "diff_url": f"{self.web}/pull/{issue.number}.diff",
                "merged_at": stamp(issue.pull.merged_at),
            }
        return body

    def state_change(self, change: StateChange) -> Json:
        """One event of an issue."""
        return {
            "id": change.id,
            "node_id": node_id("RE", change.id),
            "url": f"{self.api}/issues/events/{change.id}",
            "actor": self.person(change.by),
            "event": "reopened" if change.state is IssueState.OPEN else "closed",
            "commit_id": None,
            "commit_url": None,
            "created_at": stamp(change.at),
            "state_reason": None if change.state is IssueState.OPEN else "completed",
        }

    def _issue_side(self, issue: Issue) -> Json:
        """What an issue and a pull request have in common."""
        member = issue.user.permission.may_write
        return {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or None,
            "user": self.person(issue.user),
            "state": issue.state.value,
            "locked": False,
            "labels": [self.label(label) for label in issue.labels],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "author_association": "MEMBER" if member else "NONE",
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.updated_at),
            "closed_at": stamp(issue.closed_at),
        }

    def comment(self, issue: Issue, comment: Comment) -> Json:
        side = "pull" if issue.pull else "issues"
        return {
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "url": f"{self.api}/issues/comments/{comment.id}",
            "issue_url": f"{self.api}/issues/{issue.number}",
            "html_url": f"{self.web}/{side}/{issue.number}#issuecomment-{comment.id}",
            "user": self.person(comment.user),
            "body": comment.body,
            "author_association": "MEMBER" if comment.user.permission.may_write else "NONE",
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.updated_at),
        }

    def pull(self, issue: Issue, pull: Pull) -> Json:
        """A pull request as lists show it."""
        url = f"{self.api}/pulls/{issue.number}"
        return {
            **self._issue_side(issue),
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "url": url,
            "html_url": f"{self.web}/pull/{issue.number}",
            "diff_url": f"{self.web}/pull/{issue.number}.diff",
            "patch_url": f"{self.web}/pull/{issue.number}.patch",
            "issue_url": f"{self.api}/issues/{issue.number}",
            "commits_url": f"{url}/commits",
            "comments_url": f"{self.api}/issues/{issue.number}/comments",
            "review_comments_url": f"{url}/comments",
            "review_comment_url": f"{self.api}/pulls/comments{{/number}}",
            "statuses_url": f"{self.api}/statuses/{pull.head_sha}",
            "draft": pull.draft,
            "merged_at": stamp(pull.merged_at),
            "merge_commit_sha": pull.merge_commit_sha,
            "head": self._tip(pull.head, pull.head_sha),
            "base": self._tip(pull.base, pull.base_sha),
            "requested_reviewers": [self.person(p) for p in pull.requested_reviewers],
            "requested_teams": [],
            "auto_merge": None,
            "_links": {"self": {"href": url}, "html": {"href": f"{self.web}/pull/{issue.number}"}},
        }

    def _tip(self, branch: str, sha: str) -> Json:
        owner = self.repository.owner
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": {"login": owner, "url": f"{self.base}/users/{owner}", "type": "Organization"},
            "repo": self.repo(),
        }

    def commit(self, commit: GitCommit) -> Json:
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "url": f"{self.api}/commits/{commit.sha}",
            "html_url": f"{self.web}/commit/{commit.sha}",
            "comments_url": f"{self.api}/commits/{commit.sha}/comments",
            "commit": {
                "url": f"{self.api}/git/commits/{commit.sha}",
                "author": _signature(commit.author),
                "committer": _signature(commit.committer),
                "message": commit.message,
                "tree": {"sha": commit.tree, "url": f"{self.api}/git/trees/{commit.tree}"},
                "comment_count": 0,
            },
            "author": self._account(commit.author),
            "committer": self._account(commit.committer),
            "parents": [{"sha": p, "url": f"{self.api}/commits/{p}"} for p in commit.parents],
        }

    def _account(self, signature: Signature) -> Json | None:
        """The account whose no-reply address a commit carries, if any."""
        person = self.repository.directory.find(signature.email.partition("@")[0])
        return self.person(person) if person else None

    def file(self, change: FileChange, sha: str) -> Json:
        return {
            "sha": sha,
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "blob_url": f"{self.web}/blob/{sha}/{change.path}",
            "raw_url": f"{self.web}/raw/{sha}/{change.path}",
            "contents_url": f"{self.api}/contents/{change.path}?ref={sha}",
            "patch": change.patch,
        }


def person_json(base: str, person: Person) -> Json:
    return {
        "login": person.login,
        "id": person.id,
        "node_id": node_id("U", person.id),
        "avatar_url": f"{base}/avatars/{person.id}",
        "url": f"{base}/users/{person.login}",
        "html_url": f"{base}/{person.login}",
        "name": person.name or None,
        "type": "Bot" if person.is_bot else "User",
        "site_admin": False,
    }


def _signature(signature: Signature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": stamp(signature.at)}
