"""Follow: what becomes of a pull request after it was opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel

from agents import rules
from agents.errors import CodeHostRejected, Unavailable
from agents.exchange import PullRequest
from agents.gathering.watching import releases_before
from agents.means import Means
from agents.ports import Checkpoint
from agents.research.reviewing import wanted
from agents.stages.follow import FOREIGN, News, NewsKind, follow, foreign, is_current
from agents.terms import Repository
from storage.errors import NotFound
from storage.judgments import Outcome
from storage.records import CheckState, EntryKind, Fix, Report
from storage.status import Mover, Status

_NO_ROUND = (
    "The rounds that I have for this pull request are used up, so I do nothing about this by myself. Whoever may "
    "decide on its report can press *Retry* in its thread in Slack, and I go on; or take the branch over."
)
_WITHOUT_REPOSITORY = 600.0  # seconds: a slip in the policy file is not to need Retry on every report in flight
_STUCK = {
    NewsKind.NO_CHECKS: Outcome.NO_CHECKS,
    NewsKind.OUT_OF_ROUNDS: Outcome.OUT_OF_ROUNDS,
    NewsKind.NO_PROGRESS: Outcome.OUT_OF_ROUNDS,
}


class Looked(BaseModel):
    """What one look at a pull request brought."""

    news: News
    changed: bool = False
    unheard: bool = False  # people asked for something, for which no round is left
    attempt: int = 0  # of the report as it was then: whoever moved it meanwhile has dealt with the news


@dataclass(frozen=True)
class Following:
    """The jobs that look at a pull request, and at plans that expire."""

    means: Means

    def follow(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Look once, and move the report if there is news."""
        looked = checkpoint("look", lambda: self._look(report_id), Looked)
        news = looked.news
        if news.kind is NewsKind.GREEN:
            checkpoint("ready", lambda: self._make_ready(report_id), bool)
        if looked.unheard:
            checkpoint("say so", lambda: self._say_so(report_id), bool)
        if news.kind is not NewsKind.NOTHING:
            checkpoint("move", lambda: self._move(report_id, news, looked.attempt), bool)
            self.means.nudge.report(report_id)
        if looked.changed or news.kind is not NewsKind.NOTHING:
            self.means.messenger.publish(report_id)

    def remind(self, checkpoint: Checkpoint) -> None:
        """Take back the plans that expired."""
        for report_id in checkpoint("expire", self._expire, list[int]):
            self.means.messenger.publish(report_id)

    def _look(self, report_id: int) -> Looked:
        report = self.means.store.reports.get(report_id)
        fix = self.means.store.fixes.latest(report_id)
        if fix is None or fix.number is None or not rules.is_followed(report, fix):
            return Looked(news=News(kind=NewsKind.NOTHING))
        repository = self._repository(fix)
        try:
            shown = self.means.code_host.pull_request(repository, fix.number)
            shown = shown.ignoring(repository.ignored_checks).unheard(repository.machine_users)
        except CodeHostRejected as error:
            if not fix.by_hand:
                raise
            news = News(kind=NewsKind.CLOSED, because=f"I cannot follow it: {error}")  # who named it may name another
            return Looked(news=news, attempt=report.attempt)
        seen = self.means.redactor.pull_request(shown)
        news = follow(fix, seen, report, self.means.policy, self.means.clock())
        changed = self._keep(fix, seen, news) | self._tell(report, "" if fix.by_hand else foreign(seen))
        unheard = news.kind is NewsKind.OUT_OF_ROUNDS and news.heard != fix.heard
        return Looked(news=news, changed=changed, attempt=report.attempt, unheard=unheard)

    def _say_so(self, report_id: int) -> bool:
        """Tell who asked on the pull request, once, that nothing comes of it by itself."""
        fix = self._fix(report_id)
        try:
            key = f"{fix.branch}, no round left after {fix.rounds}"
            self.means.code_host.ensure_comment(self._repository(fix), fix.number or 0, key, _NO_ROUND)
        except CodeHostRejected:
            return False  # it was locked; the report's thread says what it is stuck for
        return True

    def _tell(self, report: Report, said: str) -> bool:
        """Have the card say what fails on the base branch too, for as long as it does; whether that is new."""
        if report.status is Status.STUCK or said == report.note or not (said or FOREIGN in report.note):
            return False
        self.means.store.reports.change(report.id or 0, note=said)
        return True

    def _keep(self, fix: Fix, seen: PullRequest, news: News) -> bool:
        """Remember what the checks say, so that Slack can show it between two moves; whether that is new."""
        if fix.by_hand and seen.url != fix.url:
            self.means.store.fixes.change(fix.id or 0, url=seen.url)
        verdict = CheckState.RED if seen.foreign else seen.verdict
        checks = verdict if is_current(fix, seen, self.means.clock()) else fix.checks
        if checks is not fix.checks:
            self.means.store.fixes.change(fix.id or 0, checks=checks)
        if news.kind is NewsKind.MERGED:
            at = seen.merged_at or self.means.clock()  # we may have been down since
            at = max(at, fix.started_at) if fix.by_hand else at  # what came before somebody told us is known to them
            self.means.store.fixes.change(fix.id or 0, merged_at=at, merged_by=seen.merged_by, merge_sha=seen.merge_sha)
        return checks is not fix.checks

    def _make_ready(self, report_id: int) -> bool:
        fix = self._fix(report_id)
        repository = self._repository(fix)
        self.means.code_host.ensure_ready(repository, fix.number or 0)
        logins = wanted(self.means.store.reports.get(report_id), repository, self.means.policy)
        asked = self.means.code_host.ensure_reviewers(repository, fix.number or 0, logins)
        self.means.store.fixes.change(fix.id or 0, ready=True)
        if asked:
            people = ", ".join(asked)
            step = f"ready:{report_id}:{fix.id}.{fix.rounds}"
            self.means.store.reports.note(
                report_id, EntryKind.EFFECT, "machine", f"asked {people} for review", step=step
            )
        return True

    def _move(self, report_id: int, news: News, attempt: int) -> bool:
        report = self.means.store.reports.get(report_id)
        fix = self._fix(report_id)
        step = f"follow:{report_id}:{attempt}/move"
        move = self.means.store.reports.move
        if report.attempt != attempt:  # it was moved meanwhile
            return False
        match news.kind:
            case NewsKind.MERGED:
                at, waits = self.means.clock(), self.means.policy.waits
                known = releases_before(self.means.store, self.means.policy, report_id, fix.merged_at or at)
                move(report_id, Status.AWAITING_PROOF, mover=Mover.HUMAN, who=news.who, because=news.because, step=step,
                     judgment=known, soak_until=at + dt.timedelta(seconds=waits.soak))  # fmt: skip
            case NewsKind.CLOSED if fix.by_hand:
                move(report_id, Status.GATHERING, mover=Mover.WORLD, who=news.who, because=news.because, step=step)
            case NewsKind.CLOSED:
                move(report_id, Status.DISMISSED, mover=Mover.HUMAN, who=news.who, because=news.because, step=step,
                     dismissed_because=news.because)  # fmt: skip
            case NewsKind.GREEN:
                move(report_id, Status.AWAITING_REVIEW, mover=Mover.WORLD, who="world", because=news.because, step=step)
            case NewsKind.MEND:
                self.means.store.fixes.change(fix.id or 0, red_log=news.red_log, heard=news.heard)
                move(report_id, Status.AWAITING_FIX, mover=Mover.WORLD, who="world", because=news.because, step=step)
            case _:
                move(report_id, Status.STUCK, mover=Mover.MACHINE, who="machine", because=news.because, step=step,
                     stuck_because=_STUCK[news.kind])  # fmt: skip
        return True

    def _expire(self) -> list[int]:
        expired, at, quiet = [], self.means.clock(), self.means.policy.waits.quiet
        muted = at - dt.timedelta(seconds=quiet) if quiet else None
        for report in self.means.store.plans.expired(at, muted):
            self.means.store.reports.move(
                report.id or 0,
                Status.GATHERING,
                mover=Mover.WORLD,
                who="world",
                because="the plan was not decided on in time, so it expired; “Ask again” gets a fresh one",
                step=f"expire:{report.id}:{report.plan_revision}",
                expect=Status.AWAITING_APPROVAL,
            )
            expired.append(report.id or 0)
        return expired

    def _fix(self, report_id: int) -> Fix:
        fix = self.means.store.fixes.latest(report_id)
        if fix is None:
            raise NotFound(f"report {report_id} has no fix, though it waits for its pull request; press Retry on it")
        return fix

    def _repository(self, fix: Fix) -> Repository:
        repository = self.means.policy.repository(fix.repository)
        if repository is None:
            raise Unavailable(
                f"{fix.repository} is no longer in the policy file, so its pull request is not looked at. Put it back, "
                "or reply `stop` here, which dismisses the report.",
                _WITHOUT_REPOSITORY,
            )
        return repository
