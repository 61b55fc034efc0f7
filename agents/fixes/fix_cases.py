"""What a fix works on: an approved plan, and all that its agent is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from pydantic import BaseModel

from agents.cases import FixCase, Linked
from agents.checkout.conventions import conventions_of
from agents.exchange import Remark
from agents.fixes.beginning import Consent, permitted
from agents.fixes.renamed import other_names
from agents.means import Means
from agents.noted import noted_of_report
from agents.outages import is_outage
from agents.research.case_of import GUIDING, guidance_of, readable, seen
from agents.running import came_to_nothing, run_key
from agents.terms import Repository
from storage.in_the_way import InTheWay
from storage.judgments import Outcome, Proof, Research, Stage
from storage.linked import LinkedIssue
from storage.records import Approval, Fix, Report, ShownPlan
from storage.runs import RunSeen
from storage.status import Mover, Visibility


@dataclass(frozen=True)
class Approved:
    """A plan that somebody approved, and what it is about."""

    report: Report
    research: Research
    plan: ShownPlan
    consent: Consent
    repository: Repository
    why_not: str = ""  # the consent does not stand


class FixStart(BaseModel):
    """What a fix begins with: the case and the row it is kept in, or why there is none."""

    case: FixCase | None = None
    fix_id: int = 0
    run: str = ""  # its key
    outcome: Outcome = Outcome.FINISHED
    sentence: str = ""
    way: InTheWay | None = None
    ended_by: str = Mover.MACHINE.value  # who ended it before it began
    ahead: bool = False  # nobody but a standing approval allows what is to be pushed for the first time
    again: bool = False  # what was pushed is pushed again, so that its checks run again; no agent writes
    over: bool = False  # people have merged or closed its pull request: the next look says what that means


def case_of(means: Means, approved: Approved, row: Fix, *, left_behind: str) -> FixCase:
    """What the agent works on in this round."""
    store, report, repository = means.store, approved.report, approved.repository
    report_id = report.id or 0
    signals = tuple(seen(signal) for signal in readable(store.signals.of_report(report_id)))
    approvals, runs = store.plans.approvals(report_id), store.runs.of_report(report_id, stage=Stage.FIX)
    hosted = [one for one in signals if means.code_host.has_page(one.url)]
    discreet = report.visibility is Visibility.PRIVATE or means.code_host.is_public(repository)
    return FixCase(
        subject=report.subject,
        report_id=report_id,
        title=report.title,
        gist=report.gist,
        signals=signals,
        guidance=guidance_of(approvals),
        noted=noted_of_report(store.signals.count(report_id), repository.name, means.policy),
        repository=repository,
        base_sha=row.base_sha,
        plan=approved.plan.body,
        approved_by=approved.consent.by,
        ahead=approved.consent.ahead,
        research=approved.research,
        round_number=row.rounds + 1,
        patch=row.patch,
        handed_in=row.submission,
        ended_before=came_to_nothing(runs, report),
        left_behind=left_behind,
        red_log=row.red_log,
        discreet=discreet,
        pages=tuple(one.url for one in hosted),
        also_named=other_names(means.code_host, repository, hosted),
        linked=tuple(_linked(means, one) for one in store.linked.of_report(report_id)),
        permitted=permitted(approvals),
        unproven=row.submission is not None and row.proof is None,
        objections=row.objections,
        guided_since=_guided_since(approvals, runs, report),
        conventions=conventions_of(means.workspaces, repository, row.base_sha, means.redactor.secrets_only),
        thread="" if discreet else store.outbox.permalink(report_id),
        **_shown(means, repository, row),
    )


def to_push_again(means: Means, approved: Approved, row: Fix) -> FixStart | None:
    """Where its checks failed of an outage, what was pushed, on the base on which it is proven."""
    case = case_of(means, approved, row, left_behind="") if is_outage(row.red_log) else None
    may_go = case is not None and case.may_go_again
    return FixStart(case=case, fix_id=row.id or 0, again=True) if may_go else None


def _linked(means: Means, one: LinkedIssue) -> Linked:
    """An issue that people linked. One of another host is not called as one of the repository's own is."""
    return Linked(identifier=one.identifier if means.code_host.has_page(one.url) else one.called, url=one.url)


def _guided_since(approvals: Sequence[Approval], runs: Sequence[RunSeen], report: Report) -> bool:
    """Whether people said what the last try did not begin with: then its fix is not what they want."""
    last = next((run for run in runs if run.key != run_key(Stage.FIX, report)), None)
    said = [each.at for each in approvals if each.decision in GUIDING and each.words]
    return last is not None and any(at > last.began_at for at in said)


class _Shown(TypedDict, total=False):
    """The pull request: what people who may write said there, what anybody else did, the proof of what it shows."""

    instructions: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    only_words: bool
    standing: Proof | None


def _shown(means: Means, repository: Repository, row: Fix) -> _Shown:
    if row.number is None:
        return {}
    seen = means.code_host.pull_request(repository, row.number).unheard(repository.machine_users)
    remarks = means.redactor.pull_request(seen).remarks
    heard = tuple(remark for remark in remarks if remark.may_write and remark.id in row.heard)
    only_words = bool(heard) and not row.red_log and not seen.conflicting
    base_sha = "" if only_words else row.base_sha  # whatever became of the base, nothing is pushed on it
    stands = means.code_host.is_pushed(repository, row.head_sha, row.patch, base_sha) if row.patch else False
    return {
        "instructions": heard,
        "remarks": tuple(remark for remark in remarks if not remark.may_write),
        "only_words": only_words,
        "standing": row.proof if stands else None,
    }
