"""Proof by a command that takes no tests' names: the whole suite is run, and its reports are asked for the tests.

Maven, Gradle, or a script that calls a runner for each package are such commands.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.exchange import Ran
from agents.proof.logs import ended
from agents.suites.junit import Case, cases
from agents.suites.naming import named_within, running, takes_names
from agents.suites.suite import is_named
from agents.terms import Repository
from storage.submissions import FixSubmission


def is_run_whole(repository: Repository) -> bool:
    """Whether new tests can only be looked up in the reports of all."""
    return bool(repository.test_report) and not takes_names(repository.test_command)


def as_run(submission: FixSubmission, repository: Repository) -> FixSubmission:
    """With its tests named as the command does, where that runs in a folder of the repository."""
    return submission.model_copy(update={"test_ids": named_within(repository.test_command, submission.test_ids)})


def command_for(repository: Repository, tests: Sequence[str]) -> tuple[str, ...]:
    """The command that runs these tests, or all of them where it takes no names."""
    return repository.test_command if is_run_whole(repository) else running(repository.test_command, tests)


def why_not_failing(before: Ran, tests: Sequence[str]) -> str:
    """What is against it that each of the tests failed; empty when nothing is."""
    for test in tests:
        if why_not := _unfound(before, test):
            return f"Without the change {why_not}"
        if not any(case.failed for case in _of(before, test)):
            return f"{test} does not fail without the change; name only tests that do."
    return ""


def why_not_passing(after: Ran, tests: Sequence[str]) -> str:
    """What is against it that each of the tests passed; empty when nothing is."""
    for test in tests:
        if why_not := _unfound(after, test):
            return f"With the change {why_not}"
        found = _of(after, test)
        if any(case.failed for case in found) or not any(case.passed for case in found):
            return f"The new tests do not pass with the change: {test} is in its reports, and not as passed."
    return ""


def failures_said(ran: Ran) -> str:
    """What the reports tell of the failures; many commands print none of it."""
    return "\n".join(case.said for case in cases(ran.reports) if case.failed)


def _unfound(ran: Ran, test: str) -> str:
    if _of(ran, test):
        return ""
    many = len(cases(ran.reports))
    return (
        f"no report of the suite ({many} tests, {ended(ran)}) names {test}: the suite is run whole, so the tests must"
        " compile, and be named each as the reports name them, no whole file."
    )


def _of(ran: Ran, test: str) -> list[Case]:
    return [case for case in cases(ran.reports) if is_named(test, case.name)]
