"""Reads a pull request as it is now: where it stands, and remarks."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from github import Github, UnknownObjectException
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequest import PullRequest as Pull
from github.PullRequestComment import PullRequestComment
from github.PullRequestReview import PullRequestReview
from github.Repository import Repository as Repo

from agents.adapters.github.replies import answered, line_comments, line_name
from agents.exchange import PullRequest, PullRequestState, Remark

_TEXT_LIMIT = 8_000  # characters of one remark
_DISMISSED = "DISMISSED"
_WHOLE_SECOND = dt.timedelta(seconds=1)  # GitHub tells no parts of one: what it merged it had merged by the next
_REMEMBERED = 600.0  # seconds that somebody's right, and a repository's name, are taken to last

Account = NamedUser | Organization | None


def stance(pull: Pull) -> PullRequest:
    """Where it stands, without checks and remarks."""
    state = PullRequestState.MERGED if pull.merged else PullRequestState(pull.state)
    return PullRequest(
        number=pull.number,
        url=pull.html_url,
        state=state,
        draft=bool(pull.draft),
        head_sha=pull.head.sha,
        base=pull.base.ref,
        author=_login(pull.user),
        merged_by=_login(pull.merged_by) if pull.merged else "",
        merge_sha=(pull.merge_commit_sha or "") if pull.merged else "",
        merged_at=pull.merged_at + _WHOLE_SECOND if pull.merged and pull.merged_at else None,
        closed_at=pull.closed_at,
        conflicting=pull.mergeable is False,  # None while GitHub has not found out
    )


@dataclass
class Rights:
    """Who may write to which repository, asked for once in ten minutes."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[bool, float]] = field(default_factory=dict)

    def may_write(self, repo: Repo, user: Account) -> bool:
        """Whether this is a person with write access. Bots, and people without an account any more, may not."""
        if user is None or user.type == "Bot":
            return False
        key = (repo.url, user.login)
        known, until = self._known.get(key, (False, 0.0))
        if self.clock() >= until:
            known = self._ask(repo, user.login)
            self._known[key] = (known, self.clock() + _REMEMBERED)
        return known

    @staticmethod
    def _ask(repo: Repo, login: str) -> bool:
        try:
            return repo.get_collaborator_permission(login) in {"admin", "maintain", "write"}
        except UnknownObjectException:
            return False


@dataclass
class Names:
    """What repositories are called now, asked for once in ten minutes.

    Who asks under a former name is sent elsewhere, and what they asked for is lost on the way (PyGithub follows to the
    path alone): then the runs of one commit are those of any.
    """

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def of(self, client: Github, name: str) -> str:
        """The repository's name now."""
        known, until = self._known.get(name, (name, 0.0))
        if self.clock() >= until:
            found = client.get_repo(name)
            found.complete()
            known = found.full_name
            self._known[name] = (known, self.clock() + _REMEMBERED)
        return known


def remarks_of(repo: Repo, pull: Pull, rights: Rights) -> tuple[Remark, ...]:
    """What others than its author said, oldest first."""
    ours = _login(pull.user)
    said: list[tuple[str, Remark]] = []
    heard = tuple(_said(pull))
    done = answered(one.body for _, one, _ in heard if _login(one.user) == ours)
    for prefix, one, place in heard:
        text = f"{place}: {one.body}" if place else one.body or ""
        if (one.body or "").strip() and _login(one.user) != ours:
            at = one.submitted_at if isinstance(one, PullRequestReview) else one.created_at
            remark = Remark(
                id=f"{prefix}-{one.id}",
                author=_login(one.user) or "ghost",
                text=text[:_TEXT_LIMIT],
                may_write=rights.may_write(repo, one.user),
                place=place,
                approving=isinstance(one, PullRequestReview) and one.state == "APPROVED",
                beneath=_beneath(one),
                answer=done.get(f"{prefix}-{one.id}", "")[:_TEXT_LIMIT],
            )
            said.append((at.isoformat() if at else "", remark))
    return tuple(remark for _, remark in sorted(said, key=lambda each: (each[0], each[1].id)))


def _said(pull: Pull) -> Iterator[tuple[str, IssueComment | PullRequestReview | PullRequestComment, str]]:
    if pull.comments:
        for comment in pull.get_issue_comments():
            yield "comment", comment, ""
    for review in pull.get_reviews():
        if review.state != _DISMISSED:  # by a person, or, an approval, by the next push: its words ask for nothing
            yield "review", review, ""
    if pull.review_comments:
        for line in line_comments(pull):
            number = line.line or line.original_line
            yield "line", line, f"{line.path}{f':{number}' if number else ''}"


def _beneath(one: IssueComment | PullRequestReview | PullRequestComment) -> str:
    """The remark on a line that it answers, or that began the thread."""
    first = one.in_reply_to_id if isinstance(one, PullRequestComment) else None
    return line_name(first) if first else ""


def _login(user: Account) -> str:
    return user.login if user is not None else ""
