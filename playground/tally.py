"""What came of a run, counted where it can be seen: in the bot's rows, on the code host, and in Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from playground.case import Case, Tool, demo_cases
from playground.codehost.host import CodeHost
from playground.codehost.snapshots import PullSeen
from playground.town import Mind, Town
from playground.townsfolk import REPOSITORY
from storage.database import open_store
from storage.records import CheckState, Fix
from storage.status import Status
from storage.store import Store

_LOOK = 0.1  # seconds


class PullRequestTally(BaseModel):
    """One pull request of the bot's."""

    number: int
    rounds: int
    checks: str
    merged: bool
    failed_before: bool
    passed_after: bool


class Tally(BaseModel):
    """The last line that `make demo ARGS=--headless` prints."""

    model: str
    signals: int
    held: int
    duplicates: int
    reports: int
    filed: int  # signals of the two bugs that came into the report of their own bug
    astray: list[str]  # those that did not
    refused_approvals: int
    answered: int  # questions of people
    pull_requests: list[PullRequestTally]
    resolved: int
    slack_posts: int
    model_calls: int
    estimated_cost_usd: float
    seconds: float


def count(town: Town, *, refused: int, answers: int = 0, seconds: float) -> Tally:
    """Count everything, once the people have gone home."""
    store = open_store(town.database)
    signals = store.signals.counts()
    reports = store.reports.all()
    spent = store.spending.total()
    wanted, filed = _filed(store, demo_cases(town.moved), town.tools)
    return Tally(
        model="live" if town.mind is Mind.LIVE else town.mind.value,
        signals=signals.total,
        held=signals.held,
        duplicates=signals.duplicates + store.inbox.duplicates(),
        reports=len(reports),
        filed=len(filed),
        astray=sorted(wanted - filed),
        refused_approvals=refused,
        answered=answers,
        pull_requests=[_pull_request(town.code_host, pull, store) for pull in town.code_host.pull_requests(REPOSITORY)],
        resolved=sum(report.status is Status.RESOLVED for report in reports),
        slack_posts=town.workspace.posts_by_bot(),
        model_calls=spent.calls,
        estimated_cost_usd=round(spent.usd, 4),
        seconds=round(seconds, 1),
    )


def let_be_filed(town: Town, tell: Callable[[], None], patience: float) -> None:
    """Have one signal told somewhere, and return once it and all before it were pulled and digested.

    Raises TimeoutError after so many seconds.
    """
    deadline = time.monotonic() + patience
    store = open_store(town.database)
    try:
        before = store.signals.counts().total
        tell()
        while (now := store.signals.counts()).total == before or now.waiting:
            if time.monotonic() > deadline:
                raise TimeoutError(f"a signal was not filed within {patience:.0f} seconds")
            time.sleep(_LOOK)
    finally:
        store.close()


def _filed(store: Store, cases: Sequence[Case], tools: frozenset[Tool]) -> tuple[frozenset[str], frozenset[str]]:
    """All signals of the two bugs, and those of them that are in the report of their own bug and in no other.

    A bug's report is the one that its message in Slack opened.
    """
    places: dict[str, set[int]] = {}
    for report in store.reports.all():
        for signal in store.signals.of_report(report.id or 0):
            places.setdefault(signal.external_id, set()).add(report.id or 0)
    homes = [places.get(case.slack.external_id, set()) for case in cases]
    apart = len(homes[0]) == len(homes[1]) == 1 and homes[0] != homes[1]
    wanted = [case.external_ids(tools) for case in cases]
    right = {name for home, names in zip(homes, wanted, strict=True) for name in names if places.get(name) == home}
    return frozenset().union(*wanted), frozenset(right if apart else ())


def _pull_request(host: CodeHost, pull: PullSeen, store: Store) -> PullRequestTally:
    fixes = [store.fixes.latest(report.id or 0) for report in store.reports.all()]
    fix = next((each for each in fixes if each is not None and each.number == pull.number), None)
    proof = fix.proof if fix else None
    return PullRequestTally(
        number=pull.number,
        rounds=fix.rounds if fix else 0,
        checks=_checks(host, fix),
        merged=pull.merged,
        failed_before=bool(proof and proof.failed_before),
        passed_after=bool(proof and proof.passed_after and proof.suite_passed),
    )


def _checks(host: CodeHost, fix: Fix | None) -> str:
    """What the code host says of the commit that was pushed last."""
    conclusions = [check.conclusion for check in host.checks(REPOSITORY, fix.head_sha)] if fix else []
    if not conclusions:
        return CheckState.NONE
    return CheckState.GREEN if all(each == "success" for each in conclusions) else CheckState.RED


def faults(tally: Tally) -> list[str]:
    """What does not hold, each in a sentence; empty when the loop was closed for both bugs.

    Without a model nothing is researched and fixed: then every signal must be in the right report.
    """
    expected = {
        "two reports": tally.reports == 2,
        f"every signal in the report of its bug, not {', '.join(tally.astray)} elsewhere": not tally.astray,
        "one signal held": tally.held == 1,
        "at least one duplicate recognised": tally.duplicates >= 1,
    }
    if tally.model != Mind.NONE:
        expected |= _of_the_whole_way(tally)
    return [f"expected: {what}" for what, holds in expected.items() if not holds]


def _of_the_whole_way(tally: Tally) -> dict[str, bool]:
    return {
        "two pull requests": len(tally.pull_requests) == 2,
        "both reports resolved": tally.resolved == 2,
        "one approval refused": tally.refused_approvals == 1,
        "one question answered": tally.answered == 1,
        "every pull request green, merged and proven": all(
            pull.checks == "green" and pull.merged and pull.failed_before and pull.passed_after
            for pull in tally.pull_requests
        ),
    }
