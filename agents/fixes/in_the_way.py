"""One fault, one pull request: before a fix begins, and again before it is pushed, is somebody else at it by now?

A plan tells those who approve it which pull requests are open on its files, and its cited lines stood then. Days may
lie between; what came since is asked about, not passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.errors import CodeHostRejected
from agents.fixes.fix_cases import Approved
from agents.means import Means
from agents.research.touched import changed_files, touching
from storage.assessment import Touch
from storage.in_the_way import InTheWay, is_said
from storage.records import Decision


def in_the_way(means: Means, approved: Approved, tip: str) -> InTheWay | None:
    """What those who approved the plan did not see; None when there is nothing. Raises CodeHostDown.

    Left out is what people let pass since, and what we opened ourselves for other reports: those are other faults.
    """
    approvals = means.store.plans.approvals(approved.report.id or 0)
    passed = [each.words for each in approvals if each.decision is Decision.GO_ON]
    stale = changed_files(means, approved.repository, approved.plan.body, approved.research, tip)
    pulls = tuple(one for one in _opened_since(means, approved) if not _is_let_pass(one.url, passed))
    changed = tuple(one for one in stale if not _is_let_pass(one.path, passed))
    return InTheWay(pull_requests=pulls, changed=changed) if pulls or changed else None


def sentence_of(way: InTheWay, *, written: bool) -> str:
    """What people are told, without addresses."""
    met = [f"a pull request was opened on {', '.join(one.files)} ({one.what})" for one in way.pull_requests]
    met += [f"{one.path} was changed on the base branch, and no longer says “{one.quote}”" for one in way.changed]
    so_far = "The fix is written and proven, and I have not pushed it." if written else "I have not begun."
    return f"Somebody may be at this already. Since the plan was shown, {'; '.join(met)}. {so_far}"


def _opened_since(means: Means, approved: Approved) -> list[Touch]:
    assessment = approved.research.assessment
    read = assessment is not None and not approved.consent.ahead  # what is allowed ahead nobody has read
    shown = {one.url for one in assessment.in_flight} if assessment and read else set()
    try:
        touches = touching(means, approved.repository, approved.plan.body)
    except CodeHostRejected:
        return []  # the plan says what could not be looked up, and pushing will say it again
    ours = means.store.fixes.ours([one.url for one in touches])
    return [one for one in touches if one.url not in shown | ours]


def _is_let_pass(thing: str, passed: Sequence[str]) -> bool:
    """Whether people have said that the fix may go on beside an address or a path."""
    return any(is_said(thing, words) for words in passed)
