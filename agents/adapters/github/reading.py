"""Reads a pull request as it is now: where it stands, its checks with the logs of the red ones, and remarks."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import requests
from github import GithubException, UnknownObjectException
from github.CheckRun import CheckRun
from github.Commit import Commit
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequest import PullRequest as Pull
from github.PullRequestComment import PullRequestComment
from github.PullRequestReview import PullRequestReview
from github.Repository import Repository as Repo
from github.WorkflowJob import WorkflowJob
from github.WorkflowRun import WorkflowRun

from agents.adapters.github.client import words_of
from agents.exchange import Check, PullRequest, PullRequestState, Remark
from storage.records import CheckState

LOG_LIMIT = 12_000  # characters of one red check's log, its end
_TEXT_LIMIT = 8_000  # characters of one remark
_MOST_READ = 64 * 1024 * 1024  # bytes of a log that are looked through for its end
_GREEN = frozenset({"success", "neutral", "skipped"})
_WAITING = frozenset({"action_required", "stale"})  # for a person, or for another run
_STAMPS = re.compile(r"(?m)^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
_ACTIONS = "github-actions"
_FORBIDDEN, _NOT_OURS = 403, "not accessible"  # "Resource not accessible by personal access token"
_REMEMBERED = 600.0  # seconds that somebody's right is taken to last

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
        author=_login(pull.user),
        merged_by=_login(pull.merged_by) if pull.merged else "",
        merge_sha=(pull.merge_commit_sha or "") if pull.merged else "",
        conflicting=pull.mergeable is False,  # None while GitHub has not found out
    )


def checks_of(repo: Repo, commit: Commit, timeout: float) -> tuple[Check, ...]:
    """Check runs and statuses of a commit, the latest of each name; repositories use either, or both.

    GitHub gives no fine-grained token the right to read check runs (orgs/community discussion 179545): there Actions is
    asked for the commit's jobs, each of which is a check run of the same number and name.
    """
    try:
        found = _reported(repo, commit, timeout)
    except GithubException as error:
        if error.status != _FORBIDDEN or _NOT_OURS not in words_of(error).lower():
            raise
        found = _worked(repo, commit, timeout)
    for status in commit.get_combined_status().statuses:
        state = {"success": CheckState.GREEN, "pending": CheckState.PENDING}.get(status.state, CheckState.RED)
        log = (status.description or "") if state is CheckState.RED else ""
        found.append(Check(name=status.context, state=state, log=log, url=status.target_url or ""))
    return tuple(sorted(found, key=lambda check: check.name))


def _reported(repo: Repo, commit: Commit, timeout: float) -> list[Check]:
    runs = {run.name: run for run in sorted(commit.get_check_runs(), key=lambda run: run.id)}
    return [
        Check(
            name=run.name,
            state=(state := _state_of(run)),
            log=_log_of(repo, run, timeout) if state is CheckState.RED else "",
            url=run.html_url or run.details_url or "",
        )
        for run in runs.values()
    ]


def _worked(repo: Repo, commit: Commit, timeout: float) -> list[Check]:
    """The jobs of Actions; a run that has none yet stands for those that it will have."""
    found: dict[str, Check] = {}
    for run in sorted(repo.get_workflow_runs(head_sha=commit.sha), key=lambda run: run.id):
        jobs = list(run.jobs())
        for job in sorted(jobs, key=lambda job: job.id):
            state = _state_of(job)
            log = ""
            if state is CheckState.RED:
                log = _job_log(repo, job.id, timeout) or _without_log(job.conclusion)
            found[job.name] = Check(name=job.name, state=state, log=log, url=job.html_url or "")
        if not jobs:
            found[run.name] = Check(name=run.name, state=_state_of(run), url=run.html_url or "")
    return list(found.values())


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


def remarks_of(repo: Repo, pull: Pull, rights: Rights) -> tuple[Remark, ...]:
    """What others than its author said, oldest first."""
    ours = _login(pull.user)
    said: list[tuple[str, Remark]] = []
    for prefix, one, place in _said(pull):
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
            )
            said.append((at.isoformat() if at else "", remark))
    return tuple(remark for _, remark in sorted(said, key=lambda each: (each[0], each[1].id)))


def _said(pull: Pull) -> Iterator[tuple[str, IssueComment | PullRequestReview | PullRequestComment, str]]:
    if pull.comments:
        for comment in pull.get_issue_comments():
            yield "comment", comment, ""
    for review in pull.get_reviews():
        yield "review", review, ""
    if pull.review_comments:
        for line in pull.get_review_comments():
            number = line.line or line.original_line
            yield "line", line, f"{line.path}{f':{number}' if number else ''}"


def _state_of(run: CheckRun | WorkflowJob | WorkflowRun) -> CheckState:
    if run.status != "completed" or run.conclusion in _WAITING:
        return CheckState.PENDING
    return CheckState.GREEN if run.conclusion in _GREEN else CheckState.RED


def _log_of(repo: Repo, run: CheckRun, timeout: float) -> str:
    """The end of a red check's log: what it reported, else what its job in Actions printed."""
    reported = run.output.text or ""
    if not reported and run.app is not None and run.app.slug == _ACTIONS:
        reported = _job_log(repo, run.id, timeout)
    parts = (run.output.title, run.output.summary, reported)
    whole = "\n".join(part.strip() for part in parts if part and part.strip())
    return whole[-LOG_LIMIT:] or _without_log(run.conclusion)


def _without_log(conclusion: str | None) -> str:
    return f"it ended with {conclusion} and left no log that the token may read (Actions: read)"


def _job_log(repo: Repo, job_id: int, timeout: float) -> str:
    """The end of what a job printed; its check run has the same number. Empty when GitHub has none (any more)."""
    job = WorkflowJob(repo.requester, url=f"{repo.url}/actions/jobs/{job_id}")
    try:
        address = job.logs_url()
    except GithubException as error:
        if error.status in {403, 404, 410}:  # too old, or a right of its own that the token lacks
            return ""
        raise
    tail: deque[bytes] = deque(maxlen=8)
    with requests.get(address, timeout=timeout, stream=True) as answer:  # its address needs no token, and gets none
        if not answer.ok:
            return ""
        for number, chunk in enumerate(answer.iter_content(65_536)):
            tail.append(chunk)
            if number * 65_536 > _MOST_READ:
                break
    return _STAMPS.sub("", b"".join(tail).decode(errors="replace"))[-LOG_LIMIT:]


def _login(user: Account) -> str:
    return user.login if user is not None else ""
