"""Which columns may be changed by name, and their types."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from storage.judgments import Outcome, Priority, Proof, Research, Verdict
from storage.records import CheckState
from storage.status import Dismissal
from storage.submissions import FixSubmission


class ReportChanges(TypedDict, total=False):
    """Columns of a report that may change by name. Status, version and attempt change through moves only."""

    title: str
    gist: str
    channel: str
    repository: str
    repository_by: str
    priority: Priority | None
    stuck_because: Outcome | None
    not_before: dt.datetime | None
    research_passes: int
    research: Research | None
    verdict: Verdict | None
    soak_until: dt.datetime | None
    note: str
    dismissed_because: str
    dismissal: Dismissal | None


class FixChanges(TypedDict, total=False):
    """Columns of a fix that may change by name."""

    base_sha: str
    rounds: int
    submission: FixSubmission | None
    patch: str
    proof: Proof | None
    objections: tuple[str, ...]
    head_sha: str
    pushed_at: dt.datetime | None
    number: int | None
    url: str
    checks: CheckState
    red_log: str
    heard: tuple[str, ...]
    ready: bool
    merged_at: dt.datetime | None
    merged_by: str
    merge_sha: str
