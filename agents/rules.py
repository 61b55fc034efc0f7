"""What needs no model: is it ripe, whose is it, who may approve, is it within limits? Pure functions."""

from __future__ import annotations

import datetime as dt
import fnmatch
import math
import re
from collections.abc import Collection
from dataclasses import dataclass

from agents.frames import files_of
from agents.patches.paths import restricted_in
from agents.terms import Autonomy, Policy, Repository
from storage.gathered import Count
from storage.judgments import Priority
from storage.raw import RawSignal, Severity
from storage.records import Fix, Report, Signal
from storage.standing_rows import StandingApproval
from storage.status import WITH_A_FIX, Status, Visibility

_SEVERITY = {Severity.FATAL: 4.0, Severity.ERROR: 2.0, Severity.WARNING: 1.0, Severity.INFO: 0.5}
_HALF_LIFE_DAYS = 7.0
_LEAST_RECENCY = 0.1  # an old problem that somebody still reports is a problem
_PASSES_AT = (1, 2, 4, 10)  # signals a report must hold for its next pass by itself


@dataclass(frozen=True)
class Person:
    """Somebody in Slack, as Slack describes them. What could not be looked up is a stranger."""

    user_id: str
    team_id: str
    name: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    deleted: bool = False
    zone: str = ""  # of their clock, such as Europe/Berlin
    teams: frozenset[str] = frozenset()  # of an Enterprise organisation: the workspaces that they are in


def weight(signal: Signal | RawSignal, source_weight: float, at: dt.datetime) -> float:
    """How much a signal counts: severity x reach x recency, times what the policy gives its source.

    A warning met by one person within the last 24 hours from a source of weight 1 counts 1. Reach counts by its decimal
    logarithm, and an older signal loses half its weight a week, down to a tenth.
    """
    age_days = max(0.0, (at - signal.happened_at).total_seconds() / 86_400)
    reach = 1.0 + math.log10(max(1, signal.reach))
    faded = max(_LEAST_RECENCY, math.pow(0.5, age_days / _HALF_LIFE_DAYS))
    recency = faded if age_days >= 1 else 1.0  # the minutes in which it was pulled and digested change nothing
    return round(source_weight * _SEVERITY[signal.severity] * reach * recency, 4)


def is_ripe(report: Report, signals: int, *, asked: bool, autonomy: Autonomy, policy: Policy) -> bool:
    """Whether a gathering report goes to research now.

    Somebody who asks is enough, within the policy's cap on passes. By itself a report is researched when it weighs
    enough, and again only when it has grown to 2, 4 and 10 signals: to the first of these numbers that is more than
    the latest pass saw.
    """
    if report.research_passes >= policy.budgets.research_passes:
        return False
    if asked:
        return True
    if autonomy is Autonomy.WATCH or report.research_passes >= len(_PASSES_AT):
        return False
    return report.weight >= policy.ripe_weight and signals >= _next_pass_at(report)


def _next_pass_at(report: Report) -> float:
    """How many signals it needs to be researched again by itself. A pass that ended without a judgment saw none."""
    seen = report.research.gathered if report.research is not None else 0
    if not seen:
        return _PASSES_AT[report.research_passes]
    return next((at for at in _PASSES_AT if at > seen), math.inf)


def autonomy_of(
    report: Report, count: Count, policy: Policy, repository: str = "", priority: Priority | None = None
) -> Autonomy:
    """The most careful of the settings that apply: the policy's, the repository's, the priority's, those of the
    signals' channels and sources.
    """
    channels = (policy.channel(channel) for channel in {report.channel, *count.channels})
    sources = (policy.sources.get(source) for source in count.sources)
    named = (*channels, *sources, policy.repository(repository or report.repository))
    own = [terms.autonomy for terms in named if terms and terms.autonomy is not None]
    own += [policy.priorities[priority]] if priority in policy.priorities else []
    return min([policy.autonomy, *own], key=list(Autonomy).index)


def may_propose(priority: Priority, autonomy: Autonomy, policy: Policy) -> bool:
    """Whether people are shown a plan for what is so urgent."""
    return autonomy in {Autonomy.ASK, Autonomy.DRAFT} and priority <= policy.propose_from


def source_weight(source: str, policy: Policy) -> float:
    """The weight the policy gives a source; 1 for Slack and for any source it does not name."""
    terms = policy.sources.get(source)
    return 1.0 if terms is None else terms.weight


def is_trusted(source: str, policy: Policy) -> bool:
    """Whether a source's signals skip the model's screening. Never the rules'."""
    terms = policy.sources.get(source)
    return terms is not None and terms.trusted


def home_of(signal: Signal, policy: Policy) -> str:
    """The channel where a report opened by this signal has its thread. A private signal's is its own."""
    return home_from(signal.channel, signal.visibility, policy, signal.source)


def home_from(channel: str, visibility: Visibility, policy: Policy, source: str) -> str:
    """The same for what comes from a channel.

    A source that the policy names has a `report_to` of its own, which is that channel: what is said there may go
    elsewhere. Where another workspace listens too, all goes where that channel's own reports do.
    """
    terms = policy.channel(channel)
    if terms is None or visibility is Visibility.PRIVATE or (source in policy.sources and not terms.connect):
        return channel
    return terms.report_to or terms.id


def repository_of(signals: list[Signal], policy: Policy) -> Repository | None:
    """Which repository a report is about, by rules.

    In this order: the only one; the source's or channel's; the one whose files stand in the traces; a product named.

    None when none is configured, or when several are and no rule picks one.
    """
    if len(policy.repositories) <= 1:
        return next(iter(policy.repositories), None)
    for signal in signals:
        named = _named_repository(signal, policy)
        if named:
            return policy.repository(named)
    framed = {repository.name: _framed(repository, signals) for repository in policy.repositories}
    if found := _single_best(framed):
        return policy.repository(found)
    scores = {repository.name: _mentions(repository, signals) for repository in policy.repositories}
    best = max(scores, key=lambda name: scores[name])
    return policy.repository(best) if scores[best] > 0 else None


def is_followed(report: Report, fix: Fix | None) -> bool:
    """Whether the report's pull request is looked at: the one of its latest plan, as long as it may not be merged yet.

    An earlier plan's, merged before the problem came back, says nothing of a report that got stuck since.
    """
    at = report.stuck_from if report.status is Status.STUCK else report.status
    if fix is None or fix.number is None:
        return False
    own = bool(fix.by_hand) and at is Status.AWAITING_REVIEW
    return (
        (own or fix.plan_revision == report.plan_revision)
        and at in WITH_A_FIX
        and report.status is not Status.AWAITING_FIX
    )


def kept_repository(report: Report, by_rules: Repository | None) -> str:
    """The name to keep: what people said stays; else what the rules say, else what was found before."""
    return report.repository if report.repository_by or by_rules is None else by_rules.name


def _named_repository(signal: Signal, policy: Policy) -> str:
    source = policy.sources.get(signal.source)
    channel = policy.channel(signal.channel)
    return (source.repository if source else "") or (channel.repository if channel else "")


def _framed(repository: Repository, signals: list[Signal]) -> int:
    """How many frames of the signals' traces are in its files."""
    files = [file for signal in signals for file in files_of(signal.body)]
    return sum(1 for file in files if any(_is_below(file, glob) for glob in repository.paths))


def _is_below(file: str, glob: str) -> bool:
    """Traces name files by where they lay when they ran, so what stands before the glob does not count."""
    return fnmatch.fnmatchcase(file, glob) or fnmatch.fnmatchcase(file, f"*/{glob}")


def _single_best(scores: dict[str, int]) -> str:
    """The name with the most, empty when nobody has any or two have as many."""
    best = max(scores.values(), default=0)
    names = [name for name, score in scores.items() if score == best]
    return names[0] if best > 0 and len(names) == 1 else ""


def _mentions(repository: Repository, signals: list[Signal]) -> int:
    names = {repository.name.lower(), *(product.lower() for product in repository.products)}
    text = "\n".join(f"{signal.title}\n{signal.body}\n{signal.url}" for signal in signals).lower()
    return sum(len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)) for name in names)


def may_ask(person: Person, home_team: str) -> str:
    """Empty when this person may ask the bot for something, else the sentence that says why not."""
    if person.is_bot or person.deleted:
        return "Only people can do this."
    if person.is_stranger or person.team_id != home_team:
        return "Only members of this workspace can do this; you seem to belong to another one."
    if person.is_guest:
        return "Guests cannot do this. A full member of the workspace can."
    return ""


def approvers_of(repository: Repository | None, policy: Policy) -> tuple[str, ...]:
    """Whom the policy names as approvers: the repository's own, else everybody's."""
    return (repository.approvers if repository else ()) or policy.approvers


def approvals_needed(repository: Repository | None, files: Collection[str] = ()) -> int:
    """How many of them have to approve a plan for these files."""
    if repository is None:
        return 1
    more = repository.restricted_approvals if restricted_in(files, repository) else 1
    return max(repository.approvals, more)


def good_until(given: StandingApproval, policy: Policy) -> dt.datetime:
    """When a standing approval runs out: the policy may have become stricter since it was given."""
    return min(given.until, given.given_at + dt.timedelta(seconds=policy.standing.longest))


def may_decide(person: Person, repository: Repository | None, policy: Policy, home_team: str) -> str:
    """Empty when this person may decide about a report, else the sentence that says why not and who may.

    This is the one authority: every button, reply and command that decides something asks here. Bots, guests, people
    of other workspaces and people the policy does not name never may; a policy that names nobody lets nobody.
    """
    if refusal := may_ask(person, home_team):
        return refusal
    approvers = approvers_of(repository, policy)
    if not approvers:
        return "Nobody may do this yet: the policy file names no approvers. Add `approvers` to signalbox.toml."
    if person.user_id not in approvers:
        people = ", ".join(f"<@{user_id}>" for user_id in approvers)
        return f"You may not do this. The policy file allows it to {people}."
    return ""
