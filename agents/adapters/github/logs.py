"""Reads what a job of Actions printed, as far as it says why the job failed."""

from __future__ import annotations

import re
from collections import deque

import requests
from github import GithubException
from github.Repository import Repository as Repo
from github.WorkflowJob import WorkflowJob

from agents.adapters.sessions import as_it_is

LOG_LIMIT = 12_000  # characters of one red check's log, its end
_MOST_READ = 64 * 1024 * 1024  # bytes of a log that are looked through for its end
_STAMPS = re.compile(r"(?m)^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FAILED = "##[error]"  # leads the line that ends a step that failed; what follows is of steps that clean up
_NO_LOG = frozenset({403, 404, 410})  # too old, or a right of its own that the token lacks


def job_log(repo: Repo, job_id: int, timeout: float) -> str:
    """The end of what a job printed until it failed; its check run has the same number. Empty when there is none.

    Logs lie on a host of their own, which a company's network may not let us reach: that is no fault of GitHub's API,
    which must not be left alone for it.
    """
    job = WorkflowJob(repo.requester, url=f"{repo.url}/actions/jobs/{job_id}")
    try:
        address = job.logs_url()
    except GithubException as error:
        if error.status in _NO_LOG:
            return ""
        raise
    try:
        whole = _end_of(address, timeout)
    except requests.RequestException:
        return ""
    return ending(whole)


def ending(text: str) -> str:
    """The end of a log, without stamps, colours, and what was done after the last failure."""
    plain = _COLOURS.sub("", _STAMPS.sub("", text))
    failed = plain.rfind(_FAILED)
    line_ends = plain.find("\n", failed) if failed >= 0 else -1
    return (plain[:line_ends] if line_ends >= 0 else plain)[-LOG_LIMIT:]


def without_log(conclusion: str | None) -> str:
    """What is said of a red check without a log."""
    return (
        f"it ended with {conclusion} and left no log that I can read (the token needs Actions: read, and "
        "the logs' host must be reachable)"
    )


def _end_of(address: str, timeout: float) -> str:
    tail: deque[bytes] = deque(maxlen=8)
    # Its address needs no token, and gets none.
    with requests.get(address, auth=as_it_is, timeout=timeout, stream=True) as answer:
        if not answer.ok:
            return ""
        for number, chunk in enumerate(answer.iter_content(65_536)):
            tail.append(chunk)
            if number * 65_536 > _MOST_READ:
                break
    return b"".join(tail).decode(errors="replace")
