"""The proof of a fix, by code and not by a model: its tests fail before, pass after, and the suite fails no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass

from agents.exchange import Ran
from agents.patches.guards import is_test, weakened
from agents.patches.inline_tests import holds_tests, may_hold_both, within_tests
from agents.patches.patch import FileChange, only, read_patch
from agents.ports import Workspaces
from agents.proof.logs import TIMED_OUT, ended, log_of
from agents.proof.whole import as_run, command_for, failures_said, is_run_whole, why_not_failing, why_not_passing
from agents.suites.compiled import is_unbuilt
from agents.suites.javascript import is_source
from agents.suites.naming import is_pytest, running_again, stops_early
from agents.suites.reporting_runs import run_reporting
from agents.suites.suite import Failures, counted, is_green, is_red, named
from agents.terms import Repository
from storage.judgments import Proof
from storage.submissions import FixSubmission

_LINE = 300
_STARTED = re.compile(r"^(?:=+ |FAILED |ERROR |E  |\d+ (?:failed|error|passed))", re.MULTILINE)  # what pytest prints
_UNCOLLECTED = {
    2: "could not be collected",
    3: "broke pytest itself",
    4: "could not be found or imported",
    5: "do not exist",
}
_TOO_GENERAL = frozenset(
    {"assert", "assertionerror", "assertion failed", "assertion left == right failed", "error", "errors", "exception",
     "exit status 1", "fail", "failed", "failure", "panicked", "panicked at", "traceback"}
)  # fmt: skip


@dataclass(frozen=True)
class _Attempt:
    """One patch on one base, and the tests that are to prove it."""

    workspaces: Workspaces
    repository: Repository
    base_sha: str
    planned: frozenset[str] = frozenset()

    @property
    def seconds(self) -> float:
        """For each of the runs."""
        return self.repository.test_minutes * 60

    def run(self, patch: str, *commands: Sequence[str]) -> list[Ran]:
        """The commands, one after the other, in a fresh checkout holding the patch. ValueError if it does not fit."""
        with closing(self.workspaces.open(self.repository, self.base_sha, patch)) as workspace:
            return [run_reporting(workspace, self.repository, command) for command in commands]

    def run_both(self, patch: str, command: Sequence[str]) -> tuple[Ran, Ran]:
        """This command and that of the whole suite; once, where they are one."""
        ran = self.run(patch, *dict.fromkeys((tuple(command), self.repository.test_command)))
        return ran[0], ran[-1]

    def tests_of(self, patch: str, files: Sequence[str]) -> tuple[str, str]:
        """The tests' part of the patch, and what of that stands beside code. ValueError if the patch does not fit.

        Tests have files of their own, named or known by their names, or stand in one file with the code they test.
        A planned file that is not named as a test's is code, whatever it is called: testing tools have faults, too.
        """
        mixed = [one for one in read_patch(patch) if may_hold_both(one.path) and not is_test(one.path)]
        beside = self._within(patch, mixed) if mixed else {}
        known = {path for one in read_patch(patch) for path in one.paths if is_test(path)} - self.planned
        whole = only(patch, lambda path: path not in beside and path in known.union(files))
        within = "".join(beside.values())
        return whole + within, within

    def _within(self, patch: str, mixed: Sequence[FileChange]) -> dict[str, str]:
        with closing(self.workspaces.open(self.repository, self.base_sha, patch)) as workspace:
            texts = {one.path: "" if one.deleted else workspace.read(one.path) for one in mixed}
        told = {one.path: within_tests(one, texts[one.path]) for one in mixed}
        return {path: part for path, part in told.items() if part or holds_tests(texts[path])}


def prove_patch(
    workspaces: Workspaces,
    repository: Repository,
    base_sha: str,
    patch: str,
    submission: FixSubmission,
    *,
    planned: Collection[str] = (),
) -> Proof:
    """Whether the fix does what it says, found out in fresh checkouts. `planned` are the files of the approved plan.

    The tests that it names must fail on the base with only the tests of the patch, for the reason it expects, and pass
    with the whole patch; of the suite nothing may fail that does not fail on the base. `why_not` is empty if it holds.
    """
    attempt, submission = _Attempt(workspaces, repository, base_sha, frozenset(planned)), as_run(submission, repository)
    suite_command, named_command = repository.test_command, command_for(repository, submission.test_ids)
    try:
        tests, beside = attempt.tests_of(patch, submission.test_files)
        if why_not := _unfit(submission, tests) or next(iter(weakened(read_patch(beside), beside=True)), ""):
            return _unproven(submission, why_not)
        (before,) = attempt.run(tests, named_command)
        if why_not := _why_not_red(before, submission, repository):
            return _unproven(submission, why_not, before_log=log_of(named_command, before))
        after, suite = attempt.run_both(patch, named_command)
        not_green = _why_not_green(after, submission, repository)
        suited = _Suited() if not_green else _judged(suite, patch, attempt)
    except ValueError as error:
        return _unproven(submission, f"The patch does not fit on the base commit: {error}")
    return Proof(
        test_ids=submission.test_ids,
        failed_before=True,
        passed_after=not not_green,
        suite_passed=not not_green and not suited.why_not,
        before_log=log_of(named_command, before),
        after_log=log_of(named_command, after),
        suite_log="\n\n".join(filter(None, (log_of(suite_command, suite), suited.log))),
        why_not=not_green or suited.why_not,
        known_failures=suited.known,
        unsteady=suited.unsteady,
    )


def _unproven(submission: FixSubmission, why_not: str, before_log: str = "") -> Proof:
    return Proof(
        test_ids=submission.test_ids,
        failed_before=False,
        passed_after=False,
        suite_passed=False,
        before_log=before_log,
        after_log="",
        suite_log="",
        why_not=why_not,
    )


def _unfit(submission: FixSubmission, tests: str) -> str:
    """What is wrong with the submission before anything is run."""
    if options := [one for one in submission.test_ids if one.startswith("-")]:
        return f"{options[0]} is an option, not a test; name the new tests."
    expected = submission.expected_failure.replace("`", "").strip(" :-").lower()
    if len(expected) < 5 or expected in _TOO_GENERAL:  # noqa: PLR2004 shorter texts are in any log
        return f"“{submission.expected_failure}” is in any failing test's log; name the reported error or wrong value."
    if not tests:
        return "The patch holds no change of a test file, so nothing shows the problem."
    return ""


# ── before: red, for the reported reason ────────────────────────────────────────────────────────────────────────


def _why_not_red(before: Ran, submission: FixSubmission, repository: Repository) -> str:
    if not is_red(before) and not is_green(before):
        return f"None of {named(submission.test_ids)} runs; name the new tests as the log of the suite names them."
    if not is_red(before):
        return "The new tests pass without the change, so they do not show the problem."
    if before.exit_code == TIMED_OUT:
        return "The new tests ran out of time without the change, so it is not seen that they fail."
    why_not = _why_not_by_its_kind(before, submission, repository)
    if why_not or _shows(before, submission.expected_failure, repository):
        return why_not
    return f"Without the change the new tests fail, but not with “{submission.expected_failure}”."


def _why_not_by_its_kind(before: Ran, submission: FixSubmission, repository: Repository) -> str:
    if is_run_whole(repository):
        return why_not_failing(before, submission.test_ids)
    by_pytest = is_pytest(repository.test_command)
    return _why_not_by_pytest(before, submission) if by_pytest else _why_not_by_name(before, submission)


def _why_not_by_name(before: Ran, submission: FixSubmission) -> str:
    failures = Failures.of(before)
    idle = failures.missing(submission.test_ids) if failures else []
    if (idle or counted(before) is None) and is_unbuilt(before.output):
        return "Without the change the new tests do not compile, so nothing shows the problem; they must run and fail."
    return _idle(idle) if idle else ""


def _idle(tests: Sequence[str]) -> str:
    return f"{', '.join(tests)} does not fail without the change; name only tests that do."


def _why_not_by_pytest(before: Ran, submission: FixSubmission) -> str:
    if before.exit_code in _UNCOLLECTED:
        how = _UNCOLLECTED[before.exit_code]
        return f"Without the change the new tests {how} (pytest exit code {before.exit_code}); they must run and fail."
    if not _STARTED.search(before.output):
        return f"Without the change the tests do not even start: {_last_line(before)}"
    if idle := _not_failing(before, submission):
        return _idle(idle)
    return ""


def _last_line(ran: Ran) -> str:
    lines = ran.output.strip().splitlines()
    return (lines[-1] if lines else f"it printed nothing ({ended(ran)})")[:_LINE]


def _not_failing(before: Ran, submission: FixSubmission) -> list[str]:
    """The named tests without a failure of their own in pytest's summary; none if it has no summary."""
    failed = re.findall(r"^FAILED (.+)$", before.output, re.MULTILINE)
    if not failed and not re.search(r"^ERROR ", before.output, re.MULTILINE):
        return []
    return [one for one in submission.test_ids if not any(_covers(one, line) for line in failed)]


def _covers(test_id: str, line: str) -> bool:
    """Whether a summary line, `path::name[case] - message`, is of this test or of one within it."""
    named = test_id.removeprefix("./").rstrip("/")
    return line == named or line.startswith((f"{named} - ", f"{named}::", f"{named}[", f"{named}/"))


def _shows(before: Ran, expected: str, repository: Repository) -> bool:
    """Whether the log or a report tells of the expected failure; neither the test's source nor its name does.

    Of pytest's only error lines count, or what it writes flush left where it was told to write none.
    """
    by_pytest = is_pytest(repository.test_command)
    text = before.output if by_pytest else f"{before.output}\n{failures_said(before)}"
    lines = [line for line in text.splitlines() if not is_source(line)]
    if by_pytest:
        messages = [line.partition(" - ")[2] for line in lines if line.startswith("FAILED ")]
        errors = [line for line in lines if re.match(r"E\s", line)]
        lines = [*messages, *(errors or [line for line in lines if not re.match(r"\s|FAILED |[=_]{2}", line)])]
    return _flat(expected) in _flat("\n".join(lines))


def _flat(text: str) -> str:
    """The text without differences in white space, and without the mark that pytest puts before its error lines."""
    return " ".join(re.sub(r"(?m)^E\s+", "", text).split())


# ── after: green ────────────────────────────────────────────────────────────────────────────────────────────────


def _why_not_green(after: Ran, submission: FixSubmission, repository: Repository) -> str:
    if is_run_whole(repository):
        return why_not_passing(after, submission.test_ids)
    return "" if is_green(after) else f"The new tests do not pass with the change ({ended(after)})."


@dataclass(frozen=True)
class _Suited:
    """What is held against the change after a run of the whole suite, and what is not but should be said."""

    why_not: str = ""
    known: tuple[str, ...] = ()  # fail without the change too
    unsteady: tuple[str, ...] = ()  # failed in the suite and passed when they were run again, by themselves and in it
    log: str = ""  # of what the change broke, run by itself


def _judged(suite: Ran, patch: str, attempt: _Attempt) -> _Suited:
    """Nothing may fail with the change that does not fail without it."""
    if not is_red(suite):
        return _Suited()
    command = attempt.repository.test_command
    (bare,) = attempt.run("", command)
    ours = None if stops_early(command) else Failures.of(suite)
    theirs = Failures.of(bare) if is_red(bare) else Failures(Counter(), 0)
    if ours is None or theirs is None:
        return _Suited(_why_not_compared(suite, bare, attempt.seconds))
    known = tuple(sorted(ours.tests & theirs.tests))
    if new := ours.beyond(theirs):
        named_command = command if attempt.repository.test_report else running_again(command, new)
        for again_command in dict.fromkeys((named_command, command)):  # what passes alone may fail among the others
            (again,) = attempt.run(patch, again_command)
            if not is_green(again) and _fails(again, new):
                why_not = f"With the change {named(new)} fails in the whole suite, and not without it."
                return _Suited(why_not, known, log=log_of(again_command, again))
    if ours.passed < theirs.passed - len(new):
        why_not = f"With the change only {ours.passed} tests of the whole suite pass, without it {theirs.passed} do."
        return _Suited(why_not, known)
    return _Suited(known=known, unsteady=new)


def _fails(again: Ran, tests: tuple[str, ...]) -> bool:
    """Whether one of these tests failed, as far as the log tells; others in the same file may have."""
    told = Failures.of(again)
    return told is None or bool(told.tests & Counter(tests))


def _why_not_compared(suite: Ran, bare: Ran, seconds: float) -> str:
    if not is_red(bare):
        return f"The whole suite does not pass with the change, though it does without ({ended(suite)})."
    if bare.exit_code == TIMED_OUT:
        return (
            f"The whole suite fails with the change ({ended(suite)}), and without it does not end within"
            f" {seconds / 60:g} minutes, so they cannot be compared: give it more by `test_minutes` in the policy, or"
            " narrow `test_command` there."
        )
    return (
        f"The whole suite fails with the change ({ended(suite)}), and without it too ({ended(bare)}), and the logs do"
        " not name every test that fails, so they cannot be compared: mend the suite, have `test_command` in the policy"
        " go on after a failure and leave out what cannot even be collected here, or name its reports by `test_report`."
    )
