"""Reads the checks of a commit, with the logs of the red ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from github import GithubException
from github.CheckRun import CheckRun
from github.Commit import Commit
from github.CommitStatus import CommitStatus
from github.PaginatedList import PaginatedList
from github.Repository import Repository as Repo
from github.WorkflowJob import WorkflowJob
from github.WorkflowRun import WorkflowRun

from agents.adapters.github.client import words_of
from agents.adapters.github.logs import LOG_LIMIT, job_log, without_log
from agents.exchange import Check
from storage.records import CheckState

R = TypeVar("R", CheckRun, WorkflowJob | WorkflowRun)

_GREEN = frozenset({"success", "neutral", "skipped"})
_WAITING = frozenset({"action_required", "stale"})  # for a person, or for another run
_CANCELLED = "cancelled"
_CANCELLED_BY = re.compile(r"\bThe run was cancell?ed by @?([\w-]+)(\[bot\])?")  # an annotation of each of its jobs
_RUN_PAGE = re.compile(r"/actions/runs/(\d+)")
_ACTIONS = "github-actions"
_MOST_NOTES = 50
_FORBIDDEN, _NOT_OURS = 403, "not accessible"  # "Resource not accessible by personal access token"


def checks_of(repo: Repo, commit: Commit, timeout: float | None) -> tuple[Check, ...]:
    """Check runs and statuses of a commit, the latest of each; repositories use either, or both.

    `timeout` is how long the host of a red one's log is waited for; None: no log is read.

    GitHub gives no fine-grained token the right to read check runs (orgs/community discussion 179545): there Actions is
    asked for the commit's jobs, each of which is a check run of the same number and name.
    """
    try:
        found = _reported(repo, commit, timeout)
    except GithubException as error:
        if error.status != _FORBIDDEN or _NOT_OURS not in words_of(error).lower():
            raise
        found = _worked(repo, commit, timeout)
    for status in _statuses(repo, commit.sha):
        state = {"success": CheckState.GREEN, "pending": CheckState.PENDING}.get(status.state, CheckState.RED)
        log = (status.description or "") if state is CheckState.RED else ""
        ended, url = status.updated_at, status.target_url or ""
        found.append(Check(name=status.context, state=state, log=log, url=url, ended_at=ended))
    return tuple(sorted(found, key=lambda check: check.name))


def _statuses(repo: Repo, sha: str) -> list[CommitStatus]:
    """The latest of each context. Of the combined status PyGithub reads the first 30 alone."""
    latest: dict[str, CommitStatus] = {}
    for status in PaginatedList(CommitStatus, repo.requester, f"{repo.url}/commits/{sha}/statuses", None):
        latest.setdefault(status.context, status)  # they come newest first
    return list(latest.values())


def _reported(repo: Repo, commit: Commit, timeout: float | None) -> list[Check]:
    runs = list(commit.get_check_runs())
    origins = _Origins(repo, _told_apart(runs))
    return [_check(repo, run, timeout) for run in _latest([(origins.of(run), run) for run in runs])]


def _check(repo: Repo, run: CheckRun, timeout: float | None) -> Check:
    """A check run. What a person cancelled they may begin anew, or want no more: nothing is to be mended."""
    state, log, by_hand = _state_of(run, timeout), "", ""
    if state is CheckState.RED and timeout is not None:
        log = _log_of(repo, run, timeout)
        by = _CANCELLED_BY.search(log) if run.conclusion == _CANCELLED else None
        by_hand = by[1] if by is not None and not by[2] else ""
    if by_hand:
        state, log = CheckState.PENDING, ""
    page = run.html_url or run.details_url or ""
    return Check(name=run.name, state=state, log=log, url=page, ended_at=run.completed_at, cancelled_by=by_hand)


def _worked(repo: Repo, commit: Commit, timeout: float | None) -> list[Check]:
    """The jobs of Actions; a run that has none yet stands for those that it will have."""
    found: list[tuple[str, WorkflowJob | WorkflowRun]] = []
    for run in sorted(repo.get_workflow_runs(head_sha=commit.sha), key=lambda run: run.id):
        origin, jobs = _origin(run), list(run.jobs())
        if not jobs:  # it was begun anew: what the jobs of before came to is out of date
            found = [*(each for each in found if each[0] != origin), (origin, run)]
        found += [(origin, job) for job in jobs]
    checks = []
    for one in _latest(found):
        state, log = _state_of(one, timeout), ""
        if state is CheckState.RED and isinstance(one, WorkflowJob) and timeout is not None:
            log = job_log(repo, one.id, timeout) or without_log(one.conclusion)
        ended = one.completed_at if isinstance(one, WorkflowJob) else None
        checks.append(Check(name=one.name, state=state, log=log, url=one.html_url or "", ended_at=ended))
    return checks


@dataclass
class _Origins:
    """Where check runs come from: their app, and of those whose names are `told_apart` their workflow and its event.

    Two workflows may have jobs of one name, and one workflow may be run for a push and for the pull request.
    """

    repo: Repo
    told_apart: frozenset[str]
    known: dict[str, str] = field(default_factory=dict)

    def of(self, run: CheckRun) -> str:
        number = _run_of(run) if run.name in self.told_apart else ""
        if number and number not in self.known:
            self.known[number] = _origin(self.repo.get_workflow_run(int(number)))
        return self.known.get(number, run.app.slug if run.app else "")


def _told_apart(runs: Sequence[CheckRun]) -> frozenset[str]:
    """The names that jobs of several runs of Actions have. Asking what those are costs a call each."""
    names: dict[str, set[str]] = {}
    for run in runs:
        names.setdefault(run.name, set()).add(_run_of(run))
    return frozenset(name for name, numbers in names.items() if len(numbers - {""}) > 1)


def _run_of(run: CheckRun) -> str:
    """The number of the run of Actions that a check run is a job of, by its page; empty for those of other apps."""
    page = _RUN_PAGE.search(run.html_url or run.details_url or "")
    return page[1] if page and run.app is not None and run.app.slug == _ACTIONS else ""


def _origin(run: WorkflowRun) -> str:
    return f"{run.workflow_id} {run.event}"


def _latest(found: Sequence[tuple[str, R]]) -> list[R]:
    """The latest of each name and origin; one that was cancelled counts only where no other has its name."""
    latest = {(origin, one.name): one for origin, one in sorted(found, key=lambda each: each[1].id)}
    going = {one.name for one in latest.values() if one.conclusion != _CANCELLED}
    return [one for one in latest.values() if one.conclusion != _CANCELLED or one.name not in going]


def _state_of(run: CheckRun | WorkflowJob | WorkflowRun, timeout: float | None) -> CheckState:
    if timeout is None and run.conclusion == _CANCELLED:
        return CheckState.PENDING  # where nobody asks why, it tells nothing of the commit
    if run.status != "completed" or run.conclusion in _WAITING:
        return CheckState.PENDING
    return CheckState.GREEN if run.conclusion in _GREEN else CheckState.RED


def _log_of(repo: Repo, run: CheckRun, timeout: float) -> str:
    """The end of a red check's log: what it reported, else what its job in Actions printed, else its notes on lines."""
    reported = run.output.text or ""
    if not reported and run.app is not None and run.app.slug == _ACTIONS:
        reported = job_log(repo, run.id, timeout)
    if run.output.annotations_count and (not reported or run.conclusion == _CANCELLED):  # of why, the log is silent
        reported = f"{reported}\n{_annotated(run)}"
    parts = (run.output.title, run.output.summary, reported)
    whole = "\n".join(part.strip() for part in parts if part and part.strip())
    return whole[-LOG_LIMIT:] or without_log(run.conclusion)


def _annotated(run: CheckRun) -> str:
    """What it says of single lines: linters often say nothing else."""
    notes = islice(run.get_annotations(), _MOST_NOTES)
    return "\n".join(f"{note.path}:{note.start_line}: {note.message}" for note in notes)
