"""The words of a pull request, in the order in which a reviewer asks: what was wrong, what changes, the proof. Pure.

Where not everybody who may read the repository may see the report, no word of its signals or its research is among
them: then only what the agent wrote for the repository's readers is, and the proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.cases import FixCase
from agents.exchange import Draft
from agents.patches.guards import is_changelog
from agents.patches.patch import read_patch
from agents.pull_requests.outward import code, literal, plain, title
from agents.pull_requests.template import Part, Seen, arranged, unfilled
from agents.suites.suite import lint_said, suite_said
from storage.judgments import Proof, Research
from storage.raw import SLACK
from storage.records import Signal
from storage.submissions import FixSubmission

LOG_LIMIT = 12_000  # characters of each log; the code host takes 65,536 for the whole body
_MOST_SIGNALS = 6
_MOST_TESTS = 10


def pull_request_draft(
    case: FixCase,
    signals: Sequence[Signal],
    submission: FixSubmission,
    proof: Proof,
    *,
    branch: str,
    patch: str = "",
    mends: str = "",
) -> Draft:
    """The draft pull request of a proven fix.

    Issues of the repository itself are closed by the merge, as those of any other pull request that mends them; so is
    the one of a tracker that it `mends`, by that tracker's own integration. Who may not see the report does not
    hear of that one.
    """
    parts = {
        Part.PROBLEM: "" if case.discreet else _problem(case, signals),
        Part.ISSUES: "\n".join(f"Fixes #{number}" for number in case.issues),
        Part.CHANGE: plain(submission.summary),
        Part.PROOF: _proof(proof, submission, case),
        Part.RISK: plain(submission.risk),
        Part.UNDO: plain(submission.undo),
    }
    answers = {answer.heading: plain(answer.text) for answer in submission.sections}
    body = (
        arranged(parts, case.conventions.template, answers, _seen_true(proof, patch)),
        "" if case.discreet else _folded("How the cause was found", _cause(case.research)),
        _footer(case, "" if case.discreet else mends),
    )
    return Draft(
        branch=branch,
        title=title(submission.title, "" if case.discreet else mends),
        body="\n\n".join(filter(None, body)),
        label=case.repository.label,
    )


def headings_left(case: FixCase) -> tuple[str, ...]:
    """Headings of the repository's template under which only the agent can say anything."""
    missing = {Part.PROBLEM} if case.discreet else set()
    missing |= set() if case.issues else {Part.ISSUES}
    return unfilled(case.conventions.template, [part for part in Part if part not in missing])


def _seen_true(proof: Proof, patch: str) -> Seen:
    return Seen(
        suite_green=proof.holds and not proof.known_failures and not proof.unsteady,
        changelog_entry=any(is_changelog(change.path) and change.added for change in read_patch(patch)),
    )


def _problem(case: FixCase, signals: Sequence[Signal]) -> str:
    return "\n\n".join(filter(None, (plain(case.gist or case.title), "\n".join(_seen(case, signals)))))


def _seen(case: FixCase, signals: Sequence[Signal]) -> Iterator[str]:
    """Where it was met, each place once by what is said there; issues that the merge closes are named apart."""
    own = {one.external_id for one in case.signals if case.issue_of(one)}
    others = [signal for signal in signals if signal.external_id not in own]
    told: dict[str, str] = {}
    for signal in others:
        title = literal(signal.title or (signal.summary.title if signal.summary else ""))
        told.setdefault(f"{signal.source} {title}", f"- {_link(signal)}: {title}")
    for one in case.linked_elsewhere:
        told.setdefault(one.url, f"- [{literal(one.identifier)}]({one.url})" if _is_link(one.url) else "")
    yield from list(told.values())[:_MOST_SIGNALS]
    if len(told) > _MOST_SIGNALS:
        yield f"- and {len(told) - _MOST_SIGNALS} more"


def _link(signal: Signal) -> str:
    called = "a message in Slack" if signal.source == SLACK else literal(f"{signal.source} {signal.external_id}")
    return f"[{called}]({signal.url})" if _is_link(signal.url) else called


def _cause(research: Research) -> str:
    lines = [plain(research.cause or research.headline), ""]
    for finding in research.findings:
        where = ", ".join(code(f"{evidence.where}:{evidence.line}") for evidence in finding.evidence if evidence.line)
        lines.append(f"- {plain(finding.claim)}" + (f" ({where})" if where else ""))
    return "\n".join(lines)


def _proof(proof: Proof, submission: FixSubmission, case: FixCase) -> str:
    """What code has seen; that the failure is the expected one is part of what makes a proof hold."""
    tests = [f"- {code(test)}" for test in proof.test_ids[:_MOST_TESTS]]
    if len(proof.test_ids) > _MOST_TESTS:
        tests.append(f"- and {len(proof.test_ids) - _MOST_TESTS} more")
    said = plain(suite_said(proof))
    where = f"On fresh checkouts of {code(case.repository.base_branch)}"
    return "\n\n".join(
        [
            f"{where} these tests fail without the change, with {code(submission.expected_failure)}, and pass with it:",
            "\n".join(tests),
            f"With it, {said} ({code(' '.join(case.repository.test_command))}).{_lint(proof)}",
            _folded("Before the change: failing", _fenced(proof.before_log)),
            _folded("After the change: passing", _fenced(proof.after_log)),
            _folded("Whole suite", _fenced(proof.suite_log)),
        ]
    )


def _lint(proof: Proof) -> str:
    said = lint_said(proof)
    return f" {plain(said)}." if said else ""


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n</details>"


def _fenced(log: str) -> str:
    text = log if len(log) <= LOG_LIMIT else f"{log[: LOG_LIMIT // 2]}\n… cut …\n{log[-LOG_LIMIT // 2 :]}"
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)  # a log that holds fences must not end ours
    return f"{fence}text\n{text}\n{fence}"


def _footer(case: FixCase, mends: str) -> str:
    ref = f"SB-{case.report_id}"
    if _is_link(case.thread):
        ref = f"{ref}, discussed in [its thread]({case.thread})"
    after = "a person approved the plan"
    if case.ahead:
        after = "a person's standing approval allowed it ahead: nobody has approved this very plan"
    written = f"Written by Signalbox for {ref}, after {after}. A person must review it."
    return "\n".join(filter(None, ("---", written, mends and f"Fixes {mends}")))


def _is_link(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s()<>]+", url) is not None
