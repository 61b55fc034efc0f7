"""Carry out an approved plan: write the fix, prove it, push it, open the draft pull request."""

from __future__ import annotations

from dataclasses import dataclass

from agents.cases import FixCase
from agents.errors import Stopped
from agents.exchange import PullRequestState
from agents.fixes.answering import ANSWERED, answer
from agents.fixes.beginning import need_room
from agents.fixes.fix_cases import Approved, FixStart, case_of, to_push_again
from agents.fixes.in_the_way import in_the_way, sentence_of
from agents.fixes.issuing import Issuing
from agents.fixes.standing_fixes import Allowed, is_open, need_allowed, unbegun
from agents.means import Means
from agents.ports import Checkpoint
from agents.pull_requests.commit_text import branch_word, commit_message
from agents.pull_requests.text import pull_request_draft
from agents.research.case_of import readable
from agents.research.researching import NOTHING
from agents.running import ReportRun, run_key
from agents.stages.fix import Fixed, fix
from agents.stages.review import reviewer
from agents.terms import Repository
from storage.decisions.kept_back import KeptBack
from storage.errors import NotFound
from storage.judgments import Judgment, Outcome, Proof, Stage
from storage.records import CheckState, EntryKind, Fix
from storage.status import Mover, Status


@dataclass(frozen=True)
class Fixing:
    """The fix job of one report, in checkpoints."""

    means: Means

    def fix(self, report_id: int, checkpoint: Checkpoint) -> None:
        """Write and prove the fix, then make its pull request, and move the report to its checks."""
        start = checkpoint("case", lambda: self._start(report_id), FixStart)
        if start.over:
            checkpoint("move", lambda: self._move(report_id, start.fix_id, pushed=False), bool)
        elif start.case is None:
            outcome, who = start.outcome, start.ended_by
            checkpoint("end", lambda: self._end(report_id, outcome, start.sentence, who, start.way), bool)
        elif start.again:
            self._run_again(start.case, start, checkpoint)
        else:
            run = ReportRun(self.means, Stage.FIX, report_id, start.run)
            self._run(run, start.case, start, checkpoint)
        self.means.messenger.publish(report_id)

    def _run(self, run: ReportRun, case: FixCase, start: FixStart, checkpoint: Checkpoint) -> None:
        report_id, fix_id = run.report_id, start.fix_id
        self.means.messenger.publish(report_id)
        means = self.means
        limits, review = means.policy.fix_limits, reviewer(means.model, run.key)
        fixed = fix(case, means.model, means.workspaces, limits, checkpoint, means.redactor, run, review=review)
        if fixed.submission is None or not fixed.may_be_pushed:
            checkpoint("end", lambda: self._end_run(run, fix_id, fixed), bool)
            return
        checkpoint("keep", lambda: self._keep(run, fix_id, case, fixed), bool)
        if self.means.policy.dry_run:
            checkpoint("end", lambda: self._end(report_id, Outcome.DRY_RUN, _DRY_RUN), bool)
            return
        message = commit_message(case, fixed.submission)
        try:
            pushed = bool(checkpoint("push", lambda: self._push(start, case, fixed.proof, message), str))
        except Stopped as stopped:
            outcome, why = stopped.outcome, str(stopped)
            checkpoint("end", lambda: self._end(report_id, outcome, why, run.ended_by(outcome)), bool)
            return
        if pushed:
            checkpoint("pull request", lambda: self._pull_request(case, fix_id, run.key), int)
        answered = case.is_answered_only(fixed.submission, fixed.patch)
        checkpoint("move", lambda: self._move(report_id, fix_id, pushed=pushed, answered=answered), bool)

    def _run_again(self, case: FixCase, start: FixStart, checkpoint: Checkpoint) -> None:
        """Push what is proven and pushed once more, as a round: as a new commit, which has its checks run."""
        report_id, fix_id, submission = case.report_id, start.fix_id, case.handed_in
        if submission is None:
            raise NotFound(f"the fix {fix_id} has lost what was handed in; press Retry on SB-{report_id}")
        if self.means.policy.dry_run:
            checkpoint("end", lambda: self._end(report_id, Outcome.DRY_RUN, _DRY_RUN), bool)
            return
        change, message = self.means.store.fixes.change, commit_message(case, submission)
        checkpoint("keep", lambda: change(fix_id, rounds=case.round_number, checks=CheckState.NONE) is None, bool)
        pushed = bool(checkpoint("push", lambda: self._push(start, case, None, message), str))
        checkpoint("move", lambda: self._move(report_id, fix_id, pushed=pushed), bool)

    def _start(self, report_id: int) -> FixStart:
        store = self.means.store
        approved = self._approved(report_id)
        if isinstance(approved, FixStart):
            return approved
        plan, repository = approved.plan, approved.repository
        known = store.fixes.latest(report_id)
        is_new = not is_open(known, plan)
        if known is None or is_new:
            if not approved.consent.stands:
                outcome, sentence, who = unbegun(self.means, approved)
                return FixStart(outcome=outcome, sentence=sentence, ended_by=who)
            need_room(self.means, repository)
        elif self._is_over(repository, known):
            return FixStart(fix_id=known.id or 0, over=True)
        if not readable(store.signals.of_report(report_id)):
            return FixStart(outcome=Outcome.FAILED, sentence=NOTHING)
        tip = self.means.workspaces.head(repository)
        if is_new and (way := in_the_way(self.means, approved, tip)):
            return FixStart(outcome=Outcome.IN_FLIGHT, sentence=sentence_of(way, written=False), way=way)
        branch = f"{branch_word(repository.label)}/sb-{report_id}-{plan.hash[:8]}"
        Issuing(self.means).want_if_approved(approved.report, approved.consent.by)
        begun = store.fixes.start(report_id, plan.revision, repository.name, branch, tip)
        if begun.head_sha:
            self.means.code_host.need_ours(repository, branch)  # or the round would be paid for in vain
        started = to_push_again(self.means, approved, begun) or self._started(approved, begun, tip)
        return started.model_copy(update={"ahead": is_new and approved.consent.ahead})

    def _started(self, approved: Approved, begun: Fix, tip: str) -> FixStart:
        row = self._on_tip(begun, approved.repository, tip)
        case = case_of(self.means, approved, row, left_behind="" if row.patch else begun.patch)
        run = ReportRun(self.means, Stage.FIX, row.report_id, run_key(Stage.FIX, approved.report))
        run.begin(self.means.store.signals.of_report(row.report_id), approved.repository.name)
        return FixStart(case=case, fix_id=row.id or 0, run=run.key)

    def _approved(self, report_id: int) -> Approved | FixStart:
        """The plan to carry out, and for whom; or why there is none."""
        store = self.means.store
        report = store.reports.get(report_id)
        plan = store.plans.latest(report_id)
        repository = self.means.policy.repository(report.repository)
        if report.status is not Status.AWAITING_FIX or plan is None or report.research is None:
            return FixStart(outcome=Outcome.FAILED, sentence=_NO_PLAN)
        given, why_not = Allowed(self.means, report, plan).to_work(store.fixes.latest(report_id))
        if given is None:
            return FixStart(outcome=Outcome.FAILED, sentence=_NO_PLAN)
        if repository is None:
            sentence = f"{report.repository} is no longer in the policy file."
            return FixStart(outcome=Outcome.NO_REPOSITORY, sentence=sentence)
        return Approved(report, report.research, plan, given, repository, why_not)

    def _is_over(self, repository: Repository, row: Fix) -> bool:
        """Whether people have merged or closed its pull request."""
        if row.number is None:
            return False
        return self.means.code_host.pull_request(repository, row.number).state is not PullRequestState.OPEN

    def _on_tip(self, row: Fix, repository: Repository, tip: str) -> Fix:
        """The row with its work carried over to where the base branch is now: on its old base a conflict would stay."""
        if row.base_sha == tip:
            return row
        patch = self.means.workspaces.carried(repository, tip, row.patch) if row.patch else ""
        self.means.store.fixes.change(row.id or 0, base_sha=tip, patch=patch)
        return self.means.store.fixes.get(row.id or 0)

    def _keep(self, run: ReportRun, fix_id: int, case: FixCase, fixed: Fixed) -> bool:
        run.end(fixed.outcome, fixed.sentence, fixed.seconds)
        change, submission = self.means.store.fixes.change, fixed.submission
        change(fix_id, submission=submission, patch=fixed.patch, proof=fixed.proof, objections=())
        if submission is None or not case.is_answered_only(submission, fixed.patch):  # an answer is no round
            change(fix_id, rounds=case.round_number, checks=CheckState.NONE)
        return True

    def _push(self, start: FixStart, case: FixCase, proof: Proof | None, message: str) -> str:
        """The commit that was pushed; empty when people dismissed the report meanwhile, or merged what there was.

        Raises Stopped when nobody allows it any more.
        """
        fix_id, report_id = start.fix_id, case.report_id
        if self.means.store.reports.get(report_id).status is not Status.AWAITING_FIX:
            return ""
        row, repository = self._row(fix_id)
        if self._is_over(repository, row):
            return ""
        if row.submission is not None and case.is_answered_only(row.submission, row.patch):
            return row.head_sha  # which keeps its checks and approvals
        if row.number is None:
            need_room(self.means, repository)  # others may have been opened since this fix began
            if self._is_overtaken(fix_id, case, proof):
                return ""
        if start.ahead:  # last, for what stands above asks others and takes its time
            need_allowed(self.means, report_id)
        head = self.means.code_host.ensure_branch(
            repository,
            branch=row.branch,
            base_sha=row.base_sha,
            patch=row.patch,
            message=message,
            at=row.started_at.timestamp() + row.rounds - 1,  # a round that changes nothing is to be checked anew, too
        )
        self.means.store.fixes.change(fix_id, head_sha=head, pushed_at=self.means.clock())
        return head

    def _is_overtaken(self, fix_id: int, case: FixCase, proof: Proof | None) -> bool:
        """Whether something got in the way while the fix was written; then people are asked, and it is kept.

        Safe to repeat: who died in the middle of it may find the way free again.
        """
        approved = self._approved(case.report_id)
        if isinstance(approved, FixStart):
            return False
        way = in_the_way(self.means, approved, self.means.workspaces.head(approved.repository))
        if way is None:
            self.means.store.fixes.change(fix_id, proof=proof, rounds=case.round_number)
            return False
        # So that it goes on as it is, proven anew.
        self.means.store.fixes.change(fix_id, proof=None, rounds=case.round_number - 1)
        self._end(case.report_id, Outcome.IN_FLIGHT, sentence_of(way, written=True), kept=way)
        return True

    def _pull_request(self, case: FixCase, fix_id: int, run: str) -> int:
        report_id = case.report_id
        row, repository = self._row(fix_id)
        if row.submission is None or row.proof is None:
            raise NotFound(f"the fix {fix_id} has lost its proof; press Retry on SB-{report_id}")
        signals = readable(self.means.store.signals.of_report(report_id))
        mends = Issuing(self.means).made_for(report_id)
        draft = pull_request_draft(
            case, signals, row.submission, row.proof, branch=row.branch, patch=row.patch, mends=mends
        )
        made = self.means.code_host.ensure_pull_request(repository, draft)
        self.means.store.fixes.change(fix_id, number=made.number, url=made.url)
        step = f"fix:{fix_id}:{row.rounds}/pull request"
        if case.round_number > 1:
            answer(self.means, case, row.submission, repository, self._row(fix_id)[0], run)
        self.means.store.reports.note(report_id, EntryKind.EFFECT, "machine", f"opened {made.url}", step=step)
        return made.number

    def _move(self, report_id: int, fix_id: int, *, pushed: bool, answered: bool = False) -> bool:
        row, _ = self._row(fix_id)
        report = self.means.store.reports.get(report_id)
        if report.status is not Status.AWAITING_FIX:
            return False
        if not pushed:  # should people open it again, what this round was for is still to be done
            self.means.store.fixes.change(fix_id, heard=(), red_log="")
        came = f"open, {ANSWERED if answered else f'round {row.rounds}'}" if pushed else "over already"
        self.means.store.reports.move(
            report_id,
            Status.AWAITING_CHECKS,
            mover=Mover.MACHINE,
            who="machine",
            because=f"pull request #{row.number} is {came}",
            step=f"fix:{report_id}:{report.attempt}/move",
            note="",
        )
        return True

    def _end_run(self, run: ReportRun, fix_id: int, fixed: Fixed) -> bool:
        run.end(fixed.outcome, fixed.sentence, fixed.seconds)
        kept = KeptBack(words=fixed.words) if fixed.words else None
        if kept is not None or fixed.objections:  # so that it goes on with what there is, as it is or mended
            left = self.means.store.fixes.change
            left(fix_id, submission=fixed.submission, patch=fixed.patch, proof=None, objections=fixed.objections)
        return self._end(run.report_id, fixed.outcome, fixed.sentence, run.ended_by(fixed.outcome), kept)

    def _end(
        self, report_id: int, outcome: Outcome, sentence: str, who: str = "machine", kept: Judgment | None = None
    ) -> bool:
        report = self.means.store.reports.get(report_id)
        if report.status is not Status.AWAITING_FIX:
            return False
        self.means.store.reports.move(
            report_id,
            Status.STUCK,
            mover=Mover.MACHINE,
            who=who,
            because=sentence,
            step=f"fix:{report_id}:{report.attempt}/end",
            judgment=kept,
            stuck_because=outcome,
        )
        return True

    def _row(self, fix_id: int) -> tuple[Fix, Repository]:
        row = self.means.store.fixes.get(fix_id)
        repository = self.means.policy.repository(row.repository)
        if repository is None:
            raise Stopped(
                Outcome.NO_REPOSITORY, f"{row.repository} is no longer in the policy file; put it back, retry"
            )
        return row, repository


_DRY_RUN = "This is a dry run: the fix is written and proven, and nothing was pushed. Turn dry_run off, retry."
_NO_PLAN = "There is no approved plan to carry out."
